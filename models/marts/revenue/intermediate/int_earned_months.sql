-- One row per account and month: recurring invoice lines (prorations too) spread by the
-- day over the period that they bill, [period_start, period_end). What lies after
-- as_of_date is not here yet. The month in which a period ends takes what rounding left.
with recurring as (
    select * from {{ ref('int_invoice_lines') }}
    where line_type in ('recurring', 'proration')
),

months as (
    select * from {{ ref('int_months') }}
),

spread as (
    select
        recurring.invoice_line_id,
        recurring.account_id,
        months.month,
        recurring.amount,
        {{ days_between('recurring.period_start', 'greatest(recurring.period_start, least(recurring.period_end, months.month))') }}
            as days_before,
        {{ days_between('recurring.period_start', 'least(recurring.period_end, ' ~ add_days('months.closes_on', 1) ~ ')') }}
            as days_through,
        {{ days_between('recurring.period_start', 'recurring.period_end') }} as days_in_period
    from recurring
    inner join months
        on
            recurring.period_start <= months.closes_on
            and recurring.period_end > months.month
),

final as (
    select
        spread.account_id,
        spread.month,
        cast(sum(
            {{ prorate('spread.amount', 'spread.days_through', 'spread.days_in_period') }}
            - {{ prorate('spread.amount', 'spread.days_before', 'spread.days_in_period') }}
        ) as decimal(18, 2)) as earned_amount
    from spread
    group by spread.account_id, spread.month
)

select * from final
