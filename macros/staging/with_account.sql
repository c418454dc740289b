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
        cast(null as {{ dbt.type_string() }}) as fate
    from versions
)
{%- elif way == 'id' -%}
{{ account_identities() }},

with_account as (
    select
        {{ versions_without_account(entry) }}
        versions.account_id as source_account_id,
        {%- if entry.get('no_overlap') %}
        coalesce(
            {{ meant_value('identities', 'source_account_id', 'source_account_id') | indent(12) }},
            versions.account_id
        ) as meant_account_id,
        {%- endif %}
        {{ meant_value('identities', 'source_account_id', 'account_id') | indent(4) }} as account_id,
        case
            when {{ meant_value('identities', 'source_account_id', 'account_id') | indent(8) }} is null
                then 'unknown_account'
            else {{ meant_value('identities', 'source_account_id', 'excluded_for') | indent(8) }}
        end as fate
    from versions
    {{ join_what_id_means('versions.account_id', 'identities', 'source_account_id') | indent(4) }}
)
{%- elif way == 'customer' -%}
{{ account_of_customer(entry) }}
{%- elif way == 'biller' -%}
{{ account_of_biller(table, entry) }}
{%- else -%}
{%- set id = way['column'] -%}
{%- set standing = meant_value('parents', id, 'standing') -%}
parents as (
    select
        parent_rows.{{ id }},
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
        end) as standing
    from {{ ref(base_name(way['table'])) }} as parent_rows
    where parent_rows.verdict <> 'deduplicated'
    group by parent_rows.{{ id }}
),

{{ ids_in_any_case('parents', id) }},

{%- set resolved = {
    id: 'coalesce(' ~ meant_value('parents', id, id) ~ ', versions.' ~ id ~ ')'
} %}
{%- set names_subscription = id != 'subscription_id' and 'subscription_id' in entry['columns'] %}
{%- if names_subscription %}
{%- set named_subscription = meant_value('named', 'subscription_id', 'subscription_id') %}
{%- do resolved.update({
    'subscription_id': 'coalesce(' ~ named_subscription ~ ', versions.subscription_id)'
}) %}

-- An invoice line belongs to its invoice, and names what it bills besides.
named as (
    select subscriptions.subscription_id
    from {{ ref('base_billing__subscriptions') }} as subscriptions
    group by subscriptions.subscription_id
),

{{ ids_in_any_case('named', 'subscription_id') }},
{%- endif %}

with_account as (
    select
        {{ versions_without_account(entry, resolved) }}
        {{ meant_value('parents', id, 'account_id') | indent(4) }} as account_id,
        {{ meant_value('parents', id, 'source_account_id') | indent(4) }} as source_account_id,
        case
            when {{ standing | indent(8) }} is null then 'unknown_{{ id }}'
            when {{ standing | indent(8) }} = 0 then 'erased_account'
            when {{ standing | indent(8) }} = 2 then 'not_yet'
            when {{ standing | indent(8) }} = 3 then 'test_account'
            when {{ standing | indent(8) }} = 4 then 'refused_{{ id }}'
            {%- if names_subscription %}
            when versions.subscription_id is not null and {{ named_subscription | indent(12) }} is null
                then 'unknown_subscription_id'
            {%- endif %}
        end as fate
    from versions
    {{ join_what_id_means('versions.' ~ id, 'parents', id) | indent(4) }}
    {%- if names_subscription %}
    {{ join_what_id_means('versions.subscription_id', 'named', 'subscription_id') | indent(4) }}
    {%- endif %}
)
{%- endif -%}
{%- endmacro %}
