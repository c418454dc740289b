-- One row per currency of an opportunity that no exchange rate values: a pipeline never
-- adds two currencies, and stops without a rate.
{{ config(meta={
    'shows': 'currency',
    'remedy': "deliver its rates in billing_exchange_rates, "
              "or correct the currency in crm_opportunities"
}) }}

with in_use as (
    select distinct opportunities.currency
    from {{ ref('stg_crm__opportunities') }} as opportunities
),

final as (
    {{ unvalued_currencies() }}
)

select * from final
