-- One row per currency in use and rate date that a valuation needs: the reference date
-- (without a month) and each month's closing day. The rate is the last one on or before
-- that day, else the first one after it. A currency without any rate stops the run: it
-- is cast to a number so that the engine's error has its name.
with items as (
    select * from {{ ref('stg_billing__subscription_items') }}
),

invoices as (
    select * from {{ ref('stg_billing__invoices') }}
),

rates as (
    select * from {{ ref('stg_billing__exchange_rates') }}
),

months as (
    select * from {{ ref('int_months') }}
),

currencies as (
    select items.currency
    from items
    where items.currency <> '{{ currency_var("reporting_currency") }}'
    union distinct
    select invoices.currency
    from invoices
    where invoices.currency <> '{{ currency_var("reporting_currency") }}'
),

valuation_days as (
    select
        cast(null as date) as month,
        {{ fx_reference_date() }} as valued_on
    union all
    select
        months.month,
        months.closes_on as valued_on
    from months
),

needed as (
    select
        currencies.currency,
        valuation_days.month,
        valuation_days.valued_on
    from currencies
    cross join valuation_days
),

candidates as (
    select
        needed.currency,
        needed.month,
        needed.valued_on,
        rates.rate,
        rates.rate_date,
        row_number() over (
            partition by needed.currency, needed.month
            order by
                case when rates.rate_date <= needed.valued_on then 0 else 1 end,
                case
                    when rates.rate_date <= needed.valued_on then rates.rate_date
                end desc nulls last,
                rates.rate_date asc nulls last
        ) as preference
    from needed
    left join rates
        on needed.currency = rates.currency
),

final as (
    select
        candidates.currency,
        candidates.month,
        candidates.valued_on,
        coalesce(
            candidates.rate,
            cast('no exchange rate for ' || candidates.currency as decimal(20, 12))
        ) as rate,
        candidates.rate_date
    from candidates
    where candidates.preference = 1
)

select * from final
