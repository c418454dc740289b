{#- The as-of date as a SQL date. -#}
{% macro as_of() -%}
    {{ date_literal(as_of_date()) }}
{%- endmacro %}
