-- One row per currency in which an opportunity stands, the reporting one aside: its
-- rate on the reference date, or the nearest there is, as the ledger values contracts.
-- A currency without any rate stops the run.
with opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

rates as (
    select * from {{ ref('stg_billing__exchange_rates') }}
),

currencies as (
    select distinct opportunities.currency
    from opportunities
    where opportunities.currency <> '{{ currency_var("reporting_currency") }}'
),

candidates as (
    select
        currencies.currency,
        rates.rate,
        rates.rate_date,
        row_number() over (
            partition by currencies.currency
            order by
                case
                    when rates.rate_date <= {{ fx_reference_date() }} then 0 else 1
                end,
                case
                    when
                        rates.rate_date <= {{ fx_reference_date() }}
                        then rates.rate_date
                end
                desc nulls last,
                rates.rate_date asc nulls last
        ) as preference
    from currencies
    left join rates
        on currencies.currency = rates.currency
),

final as (
    select
        candidates.currency,
        candidates.rate,
        candidates.rate_date
    from candidates
    where candidates.preference = 1
)

select * from final
