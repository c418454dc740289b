{#- The Monday of a date's week, as a date on every engine. -#}
{% macro week_of(date_expression) -%}
    cast(date_trunc('week', {{ date_expression }}) as date)
{%- endmacro %}
