-- One row per account that counts: the CRM's surviving accounts, and one for each
-- billing customer that matches none of them (is_unmatched). What is known of it
-- without any figure; other marts read this, `accounts` adds the figures.
with crm_accounts as (
    select * from {{ ref('stg_crm__accounts') }}
),

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

survivors as (
    select
        crm_accounts.account_id,
        crm_accounts.account_name,
        crm_accounts.parent_account_id,
        crm_accounts.ultimate_parent_account_id,
        crm_accounts.domain,
        crm_accounts.industry,
        crm_accounts.region,
        crm_accounts.country,
        crm_accounts.employee_count,
        crm_accounts.created_on,
        false as is_unmatched
    from crm_accounts
    where not crm_accounts.is_merged
),

unmatched as (
    select
        subscriptions.account_id,
        cast(null as {{ dbt.type_string() }}) as account_name,
        cast(null as {{ dbt.type_string() }}) as parent_account_id,
        subscriptions.account_id as ultimate_parent_account_id,
        cast(null as {{ dbt.type_string() }}) as domain,
        cast(null as {{ dbt.type_string() }}) as industry,
        cast(null as {{ dbt.type_string() }}) as region,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as bigint) as employee_count,
        min(subscriptions.started_on) as created_on,
        true as is_unmatched
    from subscriptions
    where subscriptions.account_found_by = 'nothing'
    group by subscriptions.account_id
),

final as (
    select * from survivors
    union all
    select * from unmatched
)

select * from final
