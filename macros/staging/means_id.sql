{#- Whether an id that was sent means the row of `known` with `column` as its id: by the
    same letters, or, where the company has no two ids that differ in case alone, by the
    same letters in any case. `known` has with_folded_ids' columns. -#}
{% macro means_id(sent, known, column) -%}
    lower({{ sent }}) = {{ known }}.folded_id
    and ({{ sent }} = {{ known }}.{{ column }} or {{ known }}.spellings = 1)
{%- endmacro %}


{#- The columns that `means_id` asks for, of a relation with one row per `column`. -#}
{% macro folded_id(column) -%}
    lower({{ column }}) as folded_id,
    count(*) over (partition by lower({{ column }})) as spellings
{%- endmacro %}


{#- The CTE of all account ids, to be matched by `means_id`. -#}
{% macro account_identities() -%}
identities as (
    select
        account_identities.*,
        {{ folded_id('account_identities.source_account_id') | indent(4) }}
    from {{ ref('stg_crm__account_identities') }} as account_identities
)
{%- endmacro %}
