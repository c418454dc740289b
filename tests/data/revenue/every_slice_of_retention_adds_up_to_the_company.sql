-- Of product families only the bases do: an account is compared within each.
{%- set columns = [
    'base_arr', 'base_accounts', 'retained_accounts', 'current_arr', 'gross_retained_arr',
    'low_water_arr', 'reactivated_arr'
] %}

with parts as (
    select
        retention.as_of_month,
        retention.window_months,
        {%- for column in columns %}
        sum(retention.{{ column }}) as {{ column }},
        {%- endfor %}
        retention.slice_name
    from {{ ref('retention') }} as retention
    group by retention.as_of_month, retention.window_months, retention.slice_name
),

company as (
    select * from parts
    where slice_name = 'all' and base_accounts > 0
),

slice_names as (
    select distinct parts.slice_name from parts
),

final as (
    select
        company.as_of_month,
        company.window_months,
        slice_names.slice_name
    from company
    cross join slice_names
    left join parts
        on
            company.as_of_month = parts.as_of_month
            and company.window_months = parts.window_months
            and slice_names.slice_name = parts.slice_name
    where
        coalesce(parts.base_arr, 0) <> company.base_arr
        or (
            slice_names.slice_name <> 'product_family'
            and (
                {%- for column in columns[1:] %}
                coalesce(parts.{{ column }}, 0) <> company.{{ column }}
                {{- ' or' if not loop.last }}
                {%- endfor %}
            )
        )
)

select * from final
