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
    select in_use.currency
    from in_use
    left join {{ ref('stg_billing__exchange_rates') }} as rates
        on in_use.currency = rates.currency
    where
        in_use.currency <> '{{ currency_var("reporting_currency") }}'
        and rates.currency is null
)

select * from final
