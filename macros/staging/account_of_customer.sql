{#- The account of a billing customer: the CRM account that it names, else the one CRM
    account with exactly its domain. Two accounts with the same domain match nobody. -#}
{% macro account_of_customer(entry) -%}
{{ account_identities() }},

domains as (
    select
        identities.domain,
        min(identities.account_id) as account_id,
        max(case when identities.is_test then 1 else 0 end) = 1 as is_test
    from identities
    where identities.domain is not null
    group by identities.domain
    having count(distinct identities.account_id) = 1
),

with_account as (
    select
        {{ versions_without_account(entry) }}
        versions.account_id as source_account_id,
        case
            when identities.account_id is not null then 'account_id'
            when domains.account_id is not null then 'domain'
        end as account_found_by,
        coalesce(identities.account_id, domains.account_id) as account_id,
        case
            when identities.is_test then 'test_account'
            when identities.account_id is null and domains.is_test then 'test_account'
        end as fate
    from versions
    left join identities
        on {{ means_id('versions.account_id', 'identities', 'source_account_id') | indent(4) }}
    left join domains
        on lower(versions.email_domain) = domains.domain
)
{%- endmacro %}
