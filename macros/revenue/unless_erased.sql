{#- An account id of an earlier generation, or one word for all that were erased since. -#}
{% macro unless_erased(account_id) -%}
    case when {{ is_erased(account_id) }} then 'erased' else {{ account_id }} end
{%- endmacro %}
