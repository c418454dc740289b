-- Under currency_policy `historical`, one row per account, product family and month
-- with a line in another currency: what the reference date's rates give and what the
-- months' own rates give, for the lines in force on the month's closing day and on the
-- one before it. Empty under `constant`.
with lines as (
    select * from {{ ref('arr_lines') }}
    where
        currency <> '{{ currency_var("reporting_currency") }}'
        and '{{ choice_var("currency_policy", ["constant", "historical"]) }}'
        = 'historical'
),

months as (
    select * from {{ ref('int_months') }}
),

rates as (
    select * from {{ ref('int_exchange_rates') }}
    where month is not null
),

closing_lines as (
    select
        lines.account_id,
        coalesce(lines.product_family, 'unassigned') as product_family,
        months.month,
        lines.arr as constant_arr,
        {{ convert('lines.arr_local', 'rates.rate') }} as closing_arr,
        cast(0 as decimal(18, 2)) as fx_arr
    from lines
    inner join months
        on
            lines.valid_from <= months.closes_on
            and {{ open_end('lines.valid_to') }} > months.closes_on
    inner join rates
        on
            lines.currency = rates.currency
            and months.month = rates.month
),

-- What was in force at the month's opening, revalued from last month's rate to this
-- one's.
opening_lines as (
    select
        lines.account_id,
        coalesce(lines.product_family, 'unassigned') as product_family,
        {{ add_months('months.month', 1) }} as month,
        cast(0 as decimal(18, 2)) as constant_arr,
        cast(0 as decimal(18, 2)) as closing_arr,
        cast(
            {{ convert('lines.arr_local', 'new_rates.rate') }}
            - {{ convert('lines.arr_local', 'rates.rate') }} as decimal(18, 2)
        ) as fx_arr
    from lines
    inner join months
        on
            lines.valid_from <= months.closes_on
            and {{ open_end('lines.valid_to') }} > months.closes_on
    inner join rates
        on
            lines.currency = rates.currency
            and months.month = rates.month
    inner join rates as new_rates
        on
            lines.currency = new_rates.currency
            and new_rates.month = {{ add_months('months.month', 1) }}
),

foreign_lines as (
    select * from closing_lines
    union all
    select * from opening_lines
),

final as (
    select
        foreign_lines.account_id,
        foreign_lines.product_family,
        foreign_lines.month,
        cast(
            sum(foreign_lines.closing_arr - foreign_lines.constant_arr) as decimal(
                18, 2
            )
        )
            as revaluation_arr,
        cast(sum(foreign_lines.fx_arr) as decimal(18, 2)) as fx_arr
    from foreign_lines
    group by foreign_lines.account_id, foreign_lines.product_family, foreign_lines.month
)

select * from final
