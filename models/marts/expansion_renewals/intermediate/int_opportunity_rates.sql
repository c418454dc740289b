-- One row per currency in which an opportunity stands, the reporting one aside: its
-- rate on the reference date, or the nearest there is, as the ledger values contracts.
-- A currency without any rate stops the run.
with opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

rates as (
    select * from {{ ref('stg_billing__exchange_rates') }}
),

reference_rates as (
    {{ opportunity_rates('opportunities', 'rates') | indent(4) }}
),

final as (
    select
        reference_rates.currency,
        reference_rates.rate
    from reference_rates
)

select * from final
