-- One row per account and month with a day in force: the recurring revenue that the
-- contracts give the month, ARR / 12 for a whole month and by the day for a part of
-- one.
with lines as (
    select * from {{ ref('arr_lines') }}
    where arr > 0
),

months as (
    select * from {{ ref('int_months') }}
),

in_month as (
    select
        lines.account_id,
        months.month,
        lines.arr,
        {{ days_between(
            'greatest(lines.valid_from, months.month)',
            'least(' ~ open_end('lines.valid_to') ~ ', '
            ~ add_days('months.closes_on', 1) ~ ')'
        ) }} as days_in_force,
        {{ days_between('months.month', add_months('months.month', 1)) }}
            as days_in_month
    from lines
    inner join months
        on
            lines.valid_from <= months.closes_on
            and {{ open_end('lines.valid_to') }} > months.month
),

final as (
    select
        in_month.account_id,
        in_month.month,
        cast(sum({{ prorate(
            'in_month.arr',
            'in_month.days_in_force',
            '(in_month.days_in_month * 12)',
            places=0
        ) }}) as decimal(18, 2)) as contracted_amount
    from in_month
    group by in_month.account_id, in_month.month
)

select * from final
