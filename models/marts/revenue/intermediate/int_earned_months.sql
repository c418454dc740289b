-- One row per account, month and line type (recurring, proration): invoice lines spread
-- by the day over the period that they bill, [period_start, period_end). What lies
-- after as_of_date is not here yet. The month in which a period ends takes what
-- rounding left.
with invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
    where line_type in ('recurring', 'proration')
),

months as (
    select * from {{ ref('int_months') }}
),

spread as (
    select
        invoice_lines.invoice_line_id,
        invoice_lines.account_id,
        invoice_lines.line_type,
        months.month,
        invoice_lines.amount,
        {{ days_between(
            'invoice_lines.period_start',
            'greatest(invoice_lines.period_start, '
            ~ 'least(invoice_lines.period_end, months.month))'
        ) }} as days_before,
        {{ days_between(
            'invoice_lines.period_start',
            'least(invoice_lines.period_end, '
            ~ add_days('months.closes_on', 1) ~ ')'
        ) }} as days_through,
        {{ days_between('invoice_lines.period_start', 'invoice_lines.period_end') }}
            as days_in_period
    from invoice_lines
    inner join months
        on
            invoice_lines.period_start <= months.closes_on
            and invoice_lines.period_end > months.month
),

final as (
    select
        spread.account_id,
        spread.month,
        spread.line_type,
        cast(sum(
            {{ prorate(
                'spread.amount', 'spread.days_through', 'spread.days_in_period'
            ) }} - {{ prorate(
                'spread.amount', 'spread.days_before', 'spread.days_in_period'
            ) }}
        ) as decimal(18, 2)) as earned_amount
    from spread
    group by spread.account_id, spread.month, spread.line_type
)

select * from final
