{#- The windows of retention in months, the longest last. -#}
{% macro retention_windows() -%}
    {{ return([1, 3, 12]) }}
{%- endmacro %}
