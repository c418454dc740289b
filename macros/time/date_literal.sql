{#- An ISO text as a SQL date, in the one form that every engine reads alike. -#}
{% macro date_literal(iso_text) -%}
    cast('{{ iso_text }}' as date)
{%- endmacro %}
