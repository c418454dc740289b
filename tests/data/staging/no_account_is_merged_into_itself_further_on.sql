-- One row per account on, or merged into, a cycle of merges: it has no survivor under
-- which its history could count.
{{ config(meta={
    'remedy': "correct merged_into_account_id in crm_accounts: "
              "follow it on from any of these accounts"
}) }}

select
    identities.source_account_id,
    identities.account_id
from {{ ref('stg_crm__account_identities') }} as identities
where identities.has_merge_cycle
