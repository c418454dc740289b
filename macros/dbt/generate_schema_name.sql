{#- Schemas are the folder names, so that a reader writes `revenue.retention` on
    every engine and in every environment; environments differ by database. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none else custom_schema_name | trim }}
{%- endmacro %}
