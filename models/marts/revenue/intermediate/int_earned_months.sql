-- One row per account, month and line type that has a period: invoice lines spread over
-- the period that they bill, [period_start, period_end). Whole months get the same, and
-- a day its share of its month, as contracts give it: a year paid at once is a twelfth
-- each month. What lies after as_of_date is not here yet. Rounded so that the months of
-- a period add up to its amount: each is the difference of two sums so far.
with invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
    where line_type in ('recurring', 'proration', 'credit')
),

months as (
    select * from {{ ref('int_months') }}
),

lines_in_parts as (
    select
        invoice_lines.*,
        {{ month_parts('invoice_lines.period_start') }} as start_part,
        {{ month_parts('invoice_lines.period_end') }} as end_part
    from invoice_lines
),

months_in_parts as (
    select
        months.month,
        months.closes_on,
        {{ month_parts('months.month') }} as start_part,
        {{ month_parts(add_days('months.closes_on', 1)) }} as end_part
    from months
),

spread as (
    select
        lines_in_parts.account_id,
        lines_in_parts.line_type,
        months_in_parts.month,
        lines_in_parts.amount,
        greatest(months_in_parts.start_part, lines_in_parts.start_part)
        - lines_in_parts.start_part as parts_before,
        least(months_in_parts.end_part, lines_in_parts.end_part)
        - lines_in_parts.start_part as parts_through,
        lines_in_parts.end_part - lines_in_parts.start_part as parts_in_period
    from lines_in_parts
    inner join months_in_parts
        on
            lines_in_parts.period_start <= months_in_parts.closes_on
            and lines_in_parts.period_end > months_in_parts.month
),

final as (
    select
        spread.account_id,
        spread.month,
        spread.line_type,
        cast(sum(
            {{ prorate(
                'spread.amount', 'spread.parts_through', 'spread.parts_in_period', places=0
            ) }} - {{ prorate(
                'spread.amount', 'spread.parts_before', 'spread.parts_in_period', places=0
            ) }}
        ) as decimal(18, 2)) as earned_amount
    from spread
    group by spread.account_id, spread.month, spread.line_type
)

select * from final
