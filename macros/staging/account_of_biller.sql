{#- The account of a row that the biller sends: by the CRM id it carries, by the
    subscription it bills, by its billing customer; else an account of its own
    (DECISIONS R5), so that no recurring revenue is dropped in silence. -#}
{% macro account_of_biller(table, entry) -%}
{%- set has_account_id = 'account_id' in entry['columns'] -%}
{%- set bills_subscription = table != 'billing_subscriptions' and 'subscription_id' in entry['columns'] -%}
{%- set resolved = {
    'billing_customer_id': 'coalesce(customers.billing_customer_id, versions.billing_customer_id)'
} -%}
{%- if bills_subscription -%}
    {%- do resolved.update({
        'subscription_id': 'coalesce(billed.subscription_id, versions.subscription_id)'
    }) -%}
{%- endif -%}
{%- if has_account_id -%}
{{ account_identities() }},

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
        max(case when subscriptions.refused_for = 'test_account' then 1 else 0 end) = 1 as is_test,
        {{ folded_id('subscriptions.subscription_id') | indent(4) }}
    from {{ ref('base_billing__subscriptions') }} as subscriptions
    where subscriptions.verdict <> 'deduplicated'
    group by subscriptions.subscription_id
),

{% endif -%}
-- A customer that was refused, say for two contradicting rows, leads to no account.
customers as (
    select
        billing_customers.billing_customer_id,
        billing_customers.account_id,
        billing_customers.account_found_by,
        coalesce(billing_customers.refused_for = 'test_account', false) as is_test,
        {{ folded_id('billing_customers.billing_customer_id') | indent(4) }}
    from {{ ref('base_billing__customers') }} as billing_customers
    where billing_customers.verdict = 'staged' or billing_customers.refused_for = 'test_account'
),

with_account as (
    select
        {{ versions_without_account(entry, resolved) }}
        {{ 'versions.account_id' if has_account_id else 'cast(null as varchar)' }} as source_account_id,
        case
            {%- if has_account_id %}
            when identities.account_id is not null then 'account_id'
            {%- endif %}
            {%- if bills_subscription %}
            when billed.account_id is not null then billed.account_found_by
            {%- endif %}
            when customers.account_id is not null
                then case
                    when customers.account_found_by = 'domain' then 'domain'
                    else 'billing_customer'
                end
            else 'nothing'
        end as account_found_by,
        coalesce(
            {%- if has_account_id %}
            identities.account_id,
            {%- endif %}
            {%- if bills_subscription %}
            billed.account_id,
            {%- endif %}
            customers.account_id,
            'unmatched:' || coalesce(
                versions.billing_customer_id,
                {{ 'versions.account_id,' if has_account_id }}
                versions.subscription_id,
                ''
            )
        ) as account_id,
        case
            {%- if has_account_id %}
            when identities.account_id is not null
                then case when identities.is_test then 'test_account' end
            {%- endif %}
            {%- if bills_subscription %}
            when billed.account_id is not null
                then case when billed.is_test then 'test_account' end
            when versions.subscription_id is not null then 'unknown_subscription_id'
            {%- endif %}
            when customers.is_test then 'test_account'
        end as fate
    from versions
    {%- if has_account_id %}
    left join identities
        on {{ means_id('versions.account_id', 'identities', 'source_account_id') | indent(4) }}
    {%- endif %}
    {%- if bills_subscription %}
    left join billed
        on {{ means_id('versions.subscription_id', 'billed', 'subscription_id') | indent(4) }}
    {%- endif %}
    left join customers
        on {{ means_id('versions.billing_customer_id', 'customers', 'billing_customer_id') | indent(4) }}
)
{%- endmacro %}
