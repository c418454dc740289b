-- One row per account and day with usage (the tech book: a week's row on one day).
with judged as (
    select * from {{ ref('base_usage__daily') }}
),

final as (
    select
        judged.account_id,
        judged.usage_date,
        judged.source_account_id,
        judged.active_users,
        judged.sessions,
        judged.events
    from judged
    where judged.verdict = 'staged'
)

select * from final
