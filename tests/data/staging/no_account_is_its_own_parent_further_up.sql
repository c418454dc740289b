-- One row per account on or below a cycle of parents: who is above whom cannot be told,
-- so nothing rolled up to a parent can be trusted (R09).
{{ config(meta={
    'remedy': "correct parent_account_id in crm_accounts: "
              "follow it up from any of these accounts"
}) }}

select
    identities.source_account_id,
    identities.account_id
from {{ ref('stg_crm__account_identities') }} as identities
where identities.has_parent_cycle
