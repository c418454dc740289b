{#- By what the back-test divides customers: the name of each slice, with the SQL of its
    value in a relation that has touch_tier. -#}
{% macro backtest_slices(relation) -%}
    {{ return({'all': "'all'", 'touch_tier': relation ~ '.touch_tier'}) }}
{%- endmacro %}
