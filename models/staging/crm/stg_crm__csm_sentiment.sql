-- One row per judgement that a CSM recorded about an account.
with judged as (
    select * from {{ ref('base_crm__csm_sentiment') }}
),

final as (
    select
        judged.account_id,
        judged.csm_id,
        judged.recorded_at,
        judged.source_account_id,
        judged.recorded_on,
        judged.sentiment,
        judged.note
    from judged
    where judged.verdict = 'staged'
)

select * from final
