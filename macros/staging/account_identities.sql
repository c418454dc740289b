{#- The CTEs of all account ids, for join_what_id_means. -#}
{% macro account_identities() -%}
identities as (
    select * from {{ ref('stg_crm__account_identities') }}
),

{{ ids_in_any_case('identities', 'source_account_id') }}
{%- endmacro %}
