-- Two models agree: the company's bridge and the accounts behind it.
{%- set levels = ['opening_arr', 'closing_arr', 'fx_arr'] %}
{%- set columns = levels + arr_movements().values() | list %}

with accounts as (
    select
        {%- for column in columns %}
        sum(arr_monthly.{{ column }}) as {{ column }},
        {%- endfor %}
        arr_monthly.month
    from {{ ref('arr_monthly') }} as arr_monthly
    group by arr_monthly.month
),

company as (
    select * from {{ ref('arr_waterfall') }}
    where slice_name = 'all'
),

final as (
    select coalesce(accounts.month, company.month) as month
    from accounts
    full join company
        on accounts.month = company.month
    where
        accounts.month is null
        or company.month is null
        {%- for column in columns %}
        or accounts.{{ column }} <> company.{{ column }}
        {%- endfor %}
)

select * from final
