{#- How many days ahead the back-test looks, one window each. -#}
{% macro backtest_leads() -%}
    {{ return([30, 90, 180]) }}
{%- endmacro %}
