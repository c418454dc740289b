-- One row per priced line of a subscription and its period.
with judged as (
    select * from {{ ref('base_billing__subscription_items') }}
),

final as (
    select
        judged.subscription_item_id,
        judged.account_id,
        judged.subscription_id,
        judged.product_id,
        judged.charge_type,
        judged.quantity,
        judged.unit_price,
        judged.discount_percent,
        judged.billing_interval,
        judged.interval_count,
        judged.currency,
        judged.valid_from,
        judged.valid_to,
        judged.change_reason
    from judged
    where judged.verdict = 'staged'
)

select * from final
