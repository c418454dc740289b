-- One row per act of advocacy by an account.
with judged as (
    select * from {{ ref('base_crm__advocacy') }}
),

final as (
    select
        judged.advocacy_id,
        judged.account_id,
        judged.source_account_id,
        judged.advocacy_type,
        judged.occurred_on
    from judged
    where judged.verdict = 'staged'
)

select * from final
