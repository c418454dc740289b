-- One row per quarter of the ledger, the one that holds as_of_date included.
with months as (
    select * from {{ ref('int_months') }}
),

final as (
    select
        {{ quarter_of('months.month') }} as quarter,
        {{ add_months('min(months.month)', -1) }} as month_before,
        max(months.month) as last_month,
        max(months.closes_on) as closes_on,
        max(case when months.is_partial then 1 else 0 end) = 1
        or count(*) < 3 as is_partial
    from months
    group by {{ quarter_of('months.month') }}
)

select * from final
