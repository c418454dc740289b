-- One row per activity with an account, automated messages included.
with judged as (
    select * from {{ ref('base_crm__activities') }}
),

final as (
    select
        judged.activity_id,
        judged.account_id,
        judged.source_account_id,
        judged.csm_id,
        judged.contact_id,
        judged.activity_type,
        judged.purpose,
        judged.occurred_at,
        judged.occurred_on,
        judged.duration_minutes,
        judged.status
    from judged
    where judged.verdict = 'staged'
)

select * from final
