{#- The account of a row that the biller sends: by the CRM id it carries, by the
    subscription it bills, by its billing customer; else an account of its own
    (DECISIONS R5), so that no recurring revenue is dropped in silence. -#}
{% macro account_of_biller(table, entry) -%}
{%- set has_account_id = 'account_id' in entry['columns'] -%}
{%- set bills_subscription = table != 'billing_subscriptions' and 'subscription_id' in entry['columns'] -%}
{%- set renews_another = 'renewed_from_subscription_id' in entry['columns'] -%}
{%- set named_account = meant_value('identities', 'source_account_id', 'account_id') -%}
{%- set billed_account = meant_value('billed', 'subscription_id', 'account_id') -%}
{%- set customer = 'billing_customer_id' -%}
{%- set customer_account = meant_value('customers', customer, 'account_id') -%}
{%- set resolved = {
    customer: 'coalesce(' ~ meant_value('customers', customer, customer) ~ ', versions.' ~ customer ~ ')'
} -%}
{%- if bills_subscription -%}
    {%- do resolved.update({
        'subscription_id':
            'coalesce(' ~ meant_value('billed', 'subscription_id', 'subscription_id')
            ~ ', versions.subscription_id)'
    }) -%}
{%- endif -%}
{%- if renews_another -%}
    {%- do resolved.update({
        'renewed_from_subscription_id':
            'coalesce(' ~ meant_value('earlier', 'subscription_id', 'subscription_id')
            ~ ', versions.renewed_from_subscription_id)'
    }) -%}
{%- endif -%}
{%- if has_account_id -%}
{{ account_identities() }},

{% endif -%}
{%- if renews_another -%}
earlier as (
    select versions.subscription_id
    from versions
    where versions.unusable_for is null
    group by versions.subscription_id
),

{{ ids_in_any_case('earlier', 'subscription_id') }},

{% endif -%}
{%- if bills_subscription -%}
billed as (
    select
        subscriptions.subscription_id,
        coalesce(
            min(case when subscriptions.verdict = 'staged' then subscriptions.account_id end),
            min(subscriptions.account_id)
        ) as account_id,
        coalesce(
            min(case when subscriptions.verdict = 'staged' then subscriptions.account_found_by end),
            min(subscriptions.account_found_by)
        ) as account_found_by,
        min({{ excluded_for('subscriptions') }}) as excluded_for
    from {{ ref('base_billing__subscriptions') }} as subscriptions
    where subscriptions.verdict <> 'deduplicated'
    group by subscriptions.subscription_id
),

{{ ids_in_any_case('billed', 'subscription_id') }},

{% endif -%}
-- A customer that was refused, say for two contradicting rows, leads to no account.
customers as (
    select
        billing_customers.billing_customer_id,
        billing_customers.account_id,
        billing_customers.account_found_by,
        {{ excluded_for('billing_customers') }} as excluded_for
    from {{ ref('base_billing__customers') }} as billing_customers
    where
        billing_customers.verdict = 'staged'
        or {{ excluded_for('billing_customers') }} is not null
),

{{ ids_in_any_case('customers', customer) }},

with_account as (
    select
        {{ versions_without_account(entry, resolved) }}
        {{ 'versions.account_id' if has_account_id else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as source_account_id,
        case
            {%- if has_account_id %}
            when {{ named_account | indent(8) }} is not null then 'account_id'
            {%- endif %}
            {%- if bills_subscription %}
            when {{ billed_account | indent(8) }} is not null
                then {{ meant_value('billed', 'subscription_id', 'account_found_by') | indent(12) }}
            {%- endif %}
            when {{ customer_account | indent(8) }} is not null
                then case
                    when {{ meant_value('customers', customer, 'account_found_by') | indent(16) }} = 'domain'
                        then 'domain'
                    else 'billing_customer'
                end
            else 'nothing'
        end as account_found_by,
        coalesce(
            {%- if has_account_id %}
            {{ named_account | indent(8) }},
            {%- endif %}
            {%- if bills_subscription %}
            {{ billed_account | indent(8) }},
            {%- endif %}
            {{ customer_account | indent(8) }},
            'unmatched:' || coalesce(
                versions.billing_customer_id,
                {{ 'versions.account_id,' if has_account_id }}
                versions.subscription_id,
                ''
            )
        ) as account_id,
        case
            {%- if has_account_id %}
            when {{ named_account | indent(8) }} is not null
                then {{ meant_value('identities', 'source_account_id', 'excluded_for') | indent(12) }}
            {%- endif %}
            {%- if bills_subscription %}
            when {{ billed_account | indent(8) }} is not null
                then {{ meant_value('billed', 'subscription_id', 'excluded_for') | indent(12) }}
            when versions.subscription_id is not null then 'unknown_subscription_id'
            {%- endif %}
            else {{ meant_value('customers', customer, 'excluded_for') | indent(12) }}
        end as fate
    from versions
    {%- if has_account_id %}
    {{ join_what_id_means('versions.account_id', 'identities', 'source_account_id') | indent(4) }}
    {%- endif %}
    {%- if bills_subscription %}
    {{ join_what_id_means('versions.subscription_id', 'billed', 'subscription_id') | indent(4) }}
    {%- endif %}
    {%- if renews_another %}
    {{ join_what_id_means('versions.renewed_from_subscription_id', 'earlier', 'subscription_id') | indent(4) }}
    {%- endif %}
    {{ join_what_id_means('versions.billing_customer_id', 'customers', customer) | indent(4) }}
)
{%- endmacro %}
