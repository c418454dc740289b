-- One row per contact person at an account.
with judged as (
    select * from {{ ref('base_crm__contacts') }}
),

final as (
    select
        judged.contact_id,
        judged.account_id,
        judged.source_account_id,
        judged.contact_name,
        judged.email,
        judged.title,
        judged.persona,
        judged.created_at,
        judged.created_on,
        judged.left_at,
        judged.left_on
    from judged
    where judged.verdict = 'staged'
)

select * from final
