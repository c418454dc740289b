-- One row per account, day and feature used.
with judged as (
    select * from {{ ref('base_usage__features_daily') }}
),

final as (
    select
        judged.account_id,
        judged.usage_date,
        judged.feature,
        judged.source_account_id,
        judged.active_users,
        judged.events
    from judged
    where judged.verdict = 'staged'
)

select * from final
