-- One row per account that the CRM knows, merged ones included.
-- account_id is the surviving account, source_account_id the id as sent: a row where
-- they differ was merged away, and its name and segment no longer count.
with judged as (
    select * from {{ ref('base_crm__accounts') }}
),

identities as (
    select * from {{ ref('stg_crm__account_identities') }}
),

final as (
    select
        judged.account_id as source_account_id,
        identities.account_id,
        identities.account_id <> judged.account_id as is_merged,
        judged.account_name,
        identities.parent_account_id,
        identities.ultimate_parent_account_id,
        judged.merged_into_account_id,
        lower(judged.domain) as domain,
        judged.industry,
        judged.region,
        judged.country,
        judged.employee_count,
        judged.created_at,
        judged.created_on,
        judged.updated_at,
        judged.updated_on
    from judged
    inner join identities
        on judged.account_id = identities.source_account_id
    where judged.verdict = 'staged'
)

select * from final
