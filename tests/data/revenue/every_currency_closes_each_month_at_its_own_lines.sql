-- The gate by currency: what a currency's lines opened the month with, what started and
-- what ended in it, is what they close with; together the currencies are the company.
-- Under `historical` the company is valued at other rates: only the first part holds.
with lines as (
    select * from {{ ref('arr_lines') }}
),

months as (
    select
        dates.month,
        max(dates.date_day) as closes_on
    from {{ ref('dates') }} as dates
    where dates.is_past
    group by dates.month
),

closings as (
    select
        lines.currency,
        months.month,
        sum(lines.arr) as closing_arr
    from lines
    inner join months
        on
            lines.valid_from <= months.closes_on
            and {{ open_end('lines.valid_to') }} > months.closes_on
    group by lines.currency, months.month
),

changes as (
    select
        lines.currency,
        {{ month_of('lines.valid_from') }} as month,
        lines.arr
    from lines
    union all
    select
        lines.currency,
        {{ month_of('lines.valid_to') }} as month,
        -lines.arr as arr
    from lines
    where lines.valid_to is not null
),

changed as (
    select
        changes.currency,
        changes.month,
        sum(changes.arr) as arr
    from changes
    group by changes.currency, changes.month
),

currencies as (
    select distinct lines.currency from lines
),

currency_months as (
    select
        currencies.currency,
        months.month,
        coalesce(closings.closing_arr, 0) as closing_arr,
        coalesce(changed.arr, 0) as changed_arr,
        coalesce(lag(closings.closing_arr) over (
            partition by currencies.currency
            order by months.month
        ), 0) as opening_arr
    from months
    cross join currencies
    left join closings
        on
            currencies.currency = closings.currency
            and months.month = closings.month
    left join changed
        on
            currencies.currency = changed.currency
            and months.month = changed.month
),

company as (
    select
        currency_months.month,
        sum(currency_months.closing_arr) as closing_arr
    from currency_months
    group by currency_months.month
),

final as (
    select
        currency_months.currency,
        currency_months.month
    from currency_months
    where currency_months.opening_arr + currency_months.changed_arr
        <> currency_months.closing_arr
    union all
    select
        'all' as currency,
        company.month
    from company
    left join {{ ref('arr_waterfall') }} as arr_waterfall
        on
            company.month = arr_waterfall.month
            and arr_waterfall.slice_name = 'all'
    where
        company.closing_arr <> coalesce(arr_waterfall.closing_arr, 0)
        and '{{ choice_var("currency_policy", ["constant", "historical"]) }}'
        = 'constant'
)

select * from final
