{#- The CTE of all account ids, to be matched by `means_id`. -#}
{% macro account_identities() -%}
identities as (
    select
        account_identities.*,
        {{ folded_id('account_identities.source_account_id') | indent(4) }}
    from {{ ref('stg_crm__account_identities') }} as account_identities
)
{%- endmacro %}
