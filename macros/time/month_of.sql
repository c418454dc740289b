{#- The first day of a date's month, as a date on every engine. -#}
{% macro month_of(date_expression) -%}
    cast(date_trunc('month', {{ date_expression }}) as date)
{%- endmacro %}
