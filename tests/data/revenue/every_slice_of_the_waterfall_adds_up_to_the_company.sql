-- Amounts by column; accounts too, except by product family, where one account may
-- count in several.
{%- set levels = ['opening_arr', 'closing_arr', 'fx_arr'] %}
{%- set amounts = levels + arr_movements().values() | list %}
{%- set counts = [
    'opening_accounts', 'new_accounts', 'reactivated_accounts', 'resumed_accounts',
    'churned_accounts', 'paused_accounts', 'closing_accounts'
] %}

with parts as (
    select
        arr_waterfall.month,
        {%- for column in amounts + counts %}
        sum(arr_waterfall.{{ column }}) as {{ column }},
        {%- endfor %}
        arr_waterfall.slice_name
    from {{ ref('arr_waterfall') }} as arr_waterfall
    group by arr_waterfall.month, arr_waterfall.slice_name
),

company as (
    select * from parts
    where slice_name = 'all'
),

slice_names as (
    select distinct parts.slice_name from parts
),

final as (
    select
        company.month,
        slice_names.slice_name
    from company
    cross join slice_names
    left join parts
        on
            company.month = parts.month
            and slice_names.slice_name = parts.slice_name
    where
        {%- for column in amounts %}
        coalesce(parts.{{ column }}, 0) <> company.{{ column }} or
        {%- endfor %}
        (
            slice_names.slice_name <> 'product_family'
            and (
                {%- for column in counts %}
                coalesce(parts.{{ column }}, 0) <> company.{{ column }}
                {{- ' or' if not loop.last }}
                {%- endfor %}
            )
        )
)

select * from final
