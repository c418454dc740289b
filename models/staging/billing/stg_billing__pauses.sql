-- One row per pause of a subscription.
with judged as (
    select * from {{ ref('base_billing__pauses') }}
),

final as (
    select
        judged.subscription_id,
        judged.paused_on,
        judged.account_id,
        judged.resumed_on
    from judged
    where judged.verdict = 'staged'
)

select * from final
