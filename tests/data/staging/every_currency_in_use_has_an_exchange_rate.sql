-- One row per currency of an item or invoice that no exchange rate values. The ledger
-- never adds two currencies, and stops without a rate.
{{ config(meta={
    'shows': 'currency',
    'remedy': "deliver the rates of every currency in use "
              "in billing_exchange_rates"
}) }}

with in_use as (
    select items.currency
    from {{ ref('stg_billing__subscription_items') }} as items
    union distinct
    select invoices.currency
    from {{ ref('stg_billing__invoices') }} as invoices
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
