{#- The CTEs, ending in `with_account`, that find the account of a row and its `fate`:
    why the row may not count although it can be read, or NULL.
      unknown_account, test_account   no such CRM account; one that is not a customer
      erased_account                  one that a person asked to forget
      unknown_<column>, refused_<column>  the row that it belongs to is missing, or was
                                          refused itself
      not_yet                         the row that it belongs to appears later -#}
{% macro with_account(table, entry) -%}
{%- set way = entry.get('account') -%}
{%- if table == 'crm_accounts' -%}
with_account as (
    select
        versions.*,
        case
            when {{ is_erased('versions.account_id') }} then 'erased_account'
            when versions.is_test then 'test_account'
        end as fate
    from versions
)
{%- elif not way -%}
with_account as (
    select
        versions.*,
        cast(null as varchar) as fate
    from versions
)
{%- elif way == 'id' -%}
{{ account_identities() }},

with_account as (
    select
        {{ versions_without_account(entry) }}
        versions.account_id as source_account_id,
        identities.account_id,
        case
            when identities.account_id is null then 'unknown_account'
            else identities.excluded_for
        end as fate
    from versions
    left join identities
        on {{ means_id('versions.account_id', 'identities', 'source_account_id') | indent(4) }}
)
{%- elif way == 'customer' -%}
{{ account_of_customer(entry) }}
{%- elif way == 'biller' -%}
{{ account_of_biller(table, entry) }}
{%- else -%}
parents as (
    select
        parent_rows.{{ way['column'] }},
        -- A broken second row of the same key takes nothing from the one that counts.
        min(case when parent_rows.verdict = 'staged' then parent_rows.account_id end)
            as account_id,
        min(case when parent_rows.verdict = 'staged' then parent_rows.source_account_id end)
            as source_account_id,
        min(case
            when parent_rows.verdict = 'erased' then 0
            when parent_rows.verdict = 'staged' then 1
            when parent_rows.verdict = 'not_yet' then 2
            when parent_rows.refused_for = 'test_account' then 3
            else 4
        end) as standing,
        {{ folded_id('parent_rows.' ~ way['column']) | indent(4) }}
    from {{ ref(base_name(way['table'])) }} as parent_rows
    where parent_rows.verdict <> 'deduplicated'
    group by parent_rows.{{ way['column'] }}
),

{%- set resolved = {
    way['column']: 'coalesce(parents.' ~ way['column'] ~ ', versions.' ~ way['column'] ~ ')'
} %}
{%- set names_subscription = way['column'] != 'subscription_id' and 'subscription_id' in entry['columns'] %}
{%- if names_subscription %}
{%- do resolved.update({
    'subscription_id': 'coalesce(named.subscription_id, versions.subscription_id)'
}) %}

-- An invoice line belongs to its invoice, and names what it bills besides.
named as (
    select
        subscriptions.subscription_id,
        {{ folded_id('subscriptions.subscription_id') }}
    from {{ ref('base_billing__subscriptions') }} as subscriptions
    group by subscriptions.subscription_id
),
{%- endif %}

with_account as (
    select
        {{ versions_without_account(entry, resolved) }}
        parents.account_id,
        parents.source_account_id,
        case
            when parents.{{ way['column'] }} is null then 'unknown_{{ way['column'] }}'
            when parents.standing = 0 then 'erased_account'
            when parents.standing = 2 then 'not_yet'
            when parents.standing = 3 then 'test_account'
            when parents.standing = 4 then 'refused_{{ way['column'] }}'
            {%- if names_subscription %}
            when versions.subscription_id is not null and named.subscription_id is null
                then 'unknown_subscription_id'
            {%- endif %}
        end as fate
    from versions
    left join parents
        on {{ means_id('versions.' ~ way['column'], 'parents', way['column']) | indent(4) }}
    {%- if names_subscription %}
    left join named
        on {{ means_id('versions.subscription_id', 'named', 'subscription_id') | indent(4) }}
    {%- endif %}
)
{%- endif -%}
{%- endmacro %}
