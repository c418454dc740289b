{#- The base model of a raw table. -#}
{% macro base_name(table) -%}
    {%- set entry = raw_contract(table) -%}
    {{ return('base_' ~ entry['system'] ~ '__' ~ entry['name']) }}
{%- endmacro %}
