-- One row per quarter and year that the ledger reaches: its months. The first months of
-- the ledger open a period only if there is a close before them.
with months as (
    select * from {{ ref('int_capacity_months') }}
),

final as (
    {%- for period, months_long in {'quarter': 3, 'year': 12}.items() %}
    {%- set starts_on = "cast(date_trunc('" ~ period ~ "', months.month) as date)" %}
    select
        '{{ period }}' as period,
        {{ starts_on }} as period_start,
        min(months.month) as first_month,
        {{ add_months('min(months.month)', -1) }} as month_before,
        max(months.month) as last_month,
        max(months.ends_before) as ends_before,
        max(months.ends_before)
        < {{ add_months(starts_on, months_long) }}
            as is_partial
    from months
    group by {{ starts_on }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
