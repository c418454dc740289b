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

-- The reference date may be a month's closing day, too.
needed_days as (
    select distinct
        needed.currency,
        needed.valued_on
    from needed
),

day_rates as (
    {{ rates_on('needed_days', 'rates') | indent(4) }}
),

final as (
    select
        needed.currency,
        needed.month,
        needed.valued_on,
        coalesce(
            day_rates.rate,
            cast('no exchange rate for ' || needed.currency as decimal(20, 12))
        ) as rate,
        day_rates.rate_date
    from needed
    inner join day_rates
        on
            needed.currency = day_rates.currency
            and needed.valued_on = day_rates.valued_on
)

select * from final
