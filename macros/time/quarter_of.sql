{#- The first day of a date's quarter, as a date on every engine. -#}
{% macro quarter_of(date_expression) -%}
    cast(date_trunc('quarter', {{ date_expression }}) as date)
{%- endmacro %}
