-- One row per account id that any system may send: the account it counts under.
-- Merges are followed to the survivor, parents to the top. An account on a cycle of
-- merges survives as itself, one on a cycle of parents has no parent; both are marked.
{{ config(materialized='table') }}

with crm_accounts as (
    select
        account_id,
        merged_into_account_id,
        parent_account_id,
        lower(domain) as domain,
        coalesce(refused_for = 'test_account', false) as is_test
    from {{ ref('base_crm__accounts') }}
    where verdict = 'staged' or refused_for = 'test_account'
),

merge_links as (
    select
        crm_accounts.account_id as id,
        coalesce(survivors.account_id, crm_accounts.account_id) as next_id
    from crm_accounts
    left join crm_accounts as survivors
        on crm_accounts.merged_into_account_id = survivors.account_id
),

{{ follow_links('merge_links') }},

survivors as (
    select
        crm_accounts.account_id as source_account_id,
        coalesce(merge_links_followed.end_id, crm_accounts.account_id) as account_id,
        merge_links_followed.end_id is null as has_merge_cycle
    from crm_accounts
    inner join merge_links_followed
        on crm_accounts.account_id = merge_links_followed.id
),

-- A parent counts under its own survivor; a test account is nobody's parent.
direct_parents as (
    select
        survivors.account_id,
        nullif(parents.account_id, survivors.account_id) as parent_account_id,
        crm_accounts.is_test
    from survivors
    inner join crm_accounts
        on survivors.source_account_id = crm_accounts.account_id
    left join survivors as parents
        on crm_accounts.parent_account_id = parents.source_account_id
    where survivors.source_account_id = survivors.account_id
),

real_parents as (
    select
        direct_parents.account_id,
        direct_parents.is_test,
        case when not parent_rows.is_test then direct_parents.parent_account_id end
            as parent_account_id
    from direct_parents
    left join direct_parents as parent_rows
        on direct_parents.parent_account_id = parent_rows.account_id
),

parent_links as (
    select
        account_id as id,
        coalesce(parent_account_id, account_id) as next_id
    from real_parents
),

{{ follow_links('parent_links') }},

final as (
    select
        survivors.source_account_id,
        survivors.account_id,
        case
            when parent_links_followed.end_id is not null
                then real_parents.parent_account_id
        end as parent_account_id,
        coalesce(parent_links_followed.end_id, survivors.account_id)
            as ultimate_parent_account_id,
        crm_accounts.domain,
        coalesce(crm_accounts.is_test or real_parents.is_test, false) as is_test,
        survivors.has_merge_cycle,
        parent_links_followed.end_id is null
        or coalesce(crm_accounts.parent_account_id = crm_accounts.account_id, false)
            as has_parent_cycle
    from survivors
    inner join crm_accounts
        on survivors.source_account_id = crm_accounts.account_id
    inner join real_parents
        on survivors.account_id = real_parents.account_id
    inner join parent_links_followed
        on survivors.account_id = parent_links_followed.id
)

select * from final
