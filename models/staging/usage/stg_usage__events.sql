-- One row per raw product event.
with judged as (
    select * from {{ ref('base_usage__events') }}
),

final as (
    select
        judged.account_id,
        judged.occurred_at,
        judged.user_id,
        judged.feature,
        judged.event_id,
        judged.source_account_id,
        judged.occurred_on
    from judged
    where judged.verdict = 'staged'
)

select * from final
