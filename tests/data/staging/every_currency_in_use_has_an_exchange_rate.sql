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
    {{ unvalued_currencies() }}
)

select * from final
