-- One row per period in which a CSM owns an account.
with judged as (
    select * from {{ ref('base_crm__account_owners') }}
),

final as (
    select
        judged.account_id,
        judged.csm_id,
        judged.valid_from,
        judged.source_account_id,
        judged.valid_to
    from judged
    where judged.verdict = 'staged'
)

select * from final
