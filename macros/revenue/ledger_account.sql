{#- The account under which a row counts in the ledger: its own, or its ultimate parent
    of today under account_grain `parent`. Reads the CTE `account_identities`, one row an
    account; a billing customer that matches nobody is its own parent. -#}
{% macro ledger_account(relation) -%}
    {%- if choice_var('account_grain', ['account', 'parent']) == 'parent' -%}
        coalesce(account_identities.ultimate_parent_account_id, {{ relation }}.account_id)
    {%- else -%}
        {{ relation }}.account_id
    {%- endif -%}
{%- endmacro %}
