-- One row per support ticket.
with judged as (
    select * from {{ ref('base_support__tickets') }}
),

final as (
    select
        judged.ticket_id,
        judged.account_id,
        judged.source_account_id,
        judged.subject,
        judged.category,
        judged.priority,
        judged.is_escalated,
        judged.created_at,
        judged.created_on,
        judged.first_responded_at,
        judged.first_responded_on,
        judged.solved_at,
        judged.solved_on,
        judged.satisfaction_score
    from judged
    where judged.verdict = 'staged'
)

select * from final
