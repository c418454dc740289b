{#- The account of a billing customer: the CRM account that it names, else the one CRM
    account with exactly its domain. Two accounts with the same domain match nobody, nor
    does a domain of a public mail provider, or a word for "none", which has no dot. -#}
{% macro account_of_customer(entry) -%}
{%- set named_account = meant_value('identities', 'source_account_id', 'account_id') -%}
{{ account_identities() }},

domains as (
    select
        identities.domain,
        min(identities.account_id) as account_id,
        min(identities.excluded_for) as excluded_for
    from identities
    where
        identities.domain like '%.%'
        and identities.domain not in ('{{ public_mail_domains() | join("', '") }}')
    group by identities.domain
    having count(distinct identities.account_id) = 1
),

with_account as (
    select
        {{ versions_without_account(entry) }}
        versions.account_id as source_account_id,
        case
            when {{ named_account | indent(8) }} is not null then 'account_id'
            when domains.account_id is not null then 'domain'
        end as account_found_by,
        coalesce({{ named_account | indent(8) }}, domains.account_id) as account_id,
        case
            when {{ named_account | indent(8) }} is not null
                then {{ meant_value('identities', 'source_account_id', 'excluded_for') | indent(8) }}
            else domains.excluded_for
        end as fate
    from versions
    {{ join_what_id_means('versions.account_id', 'identities', 'source_account_id') | indent(4) }}
    left join domains
        on lower(versions.email_domain) = domains.domain
)
{%- endmacro %}
