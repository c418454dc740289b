-- One row per account id that any system may send: the account it counts under.
-- Merges are followed to the survivor, parents to the top. An account on a cycle of
-- merges survives as itself, one on a cycle of parents has no parent; both are marked.
{%- set account_meant = meant_value('known_accounts', 'account_id', 'account_id') %}
{{ config(materialized='table') }}

with crm_accounts as (
    select
        base.account_id,
        base.merged_into_account_id,
        base.parent_account_id,
        lower(base.domain) as domain,
        {{ excluded_for('base') }} as excluded_for
    from {{ ref('base_crm__accounts') }} as base
    where base.verdict = 'staged' or {{ excluded_for('base') }} is not null
),

known_accounts as (
    select account_id from crm_accounts
),

{{ ids_in_any_case('known_accounts', 'account_id') }},

merge_links as (
    select
        crm_accounts.account_id as id,
        coalesce({{ account_meant | indent(8) }}, crm_accounts.account_id) as next_id
    from crm_accounts
    {{ join_what_id_means(
        'crm_accounts.merged_into_account_id', 'known_accounts', 'account_id'
    ) | indent(4) }}
),

named_parents as (
    select
        crm_accounts.*,
        {{ account_meant | indent(8) }} as named_parent_id
    from crm_accounts
    {{ join_what_id_means(
        'crm_accounts.parent_account_id', 'known_accounts', 'account_id'
    ) | indent(4) }}
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

-- A parent counts under its own survivor; an excluded account is nobody's parent.
direct_parents as (
    select
        survivors.account_id,
        nullif(parents.account_id, survivors.account_id) as parent_account_id,
        named_parents.excluded_for
    from survivors
    inner join named_parents
        on survivors.source_account_id = named_parents.account_id
    left join survivors as parents
        on named_parents.named_parent_id = parents.source_account_id
    where survivors.source_account_id = survivors.account_id
),

real_parents as (
    select
        direct_parents.account_id,
        direct_parents.excluded_for,
        case
            when parent_rows.excluded_for is null
                then direct_parents.parent_account_id
        end as parent_account_id
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
        named_parents.domain,
        coalesce(real_parents.excluded_for, named_parents.excluded_for)
            as excluded_for,
        survivors.has_merge_cycle,
        parent_links_followed.end_id is null
        or coalesce(named_parents.named_parent_id = named_parents.account_id, false)
            as has_parent_cycle
    from survivors
    inner join named_parents
        on survivors.source_account_id = named_parents.account_id
    inner join real_parents
        on survivors.account_id = real_parents.account_id
    inner join parent_links_followed
        on survivors.account_id = parent_links_followed.id
)

select * from final
