-- One row per product on the price list.
with judged as (
    select * from {{ ref('base_billing__products') }}
),

final as (
    select
        judged.product_id,
        judged.product_name,
        judged.product_family,
        judged.tier_rank,
        judged.unit,
        judged.is_self_service
    from judged
    where judged.verdict = 'staged'
)

select * from final
