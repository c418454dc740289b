{#- How many whole people (or teams) a load needs, when one carries `load_of_one`; NULL
    when one carries nothing or that is not known. A load may have six decimals. -#}
{% macro whole_heads(load, load_of_one) -%}
    cast(ceiling({{ exact_divide(load, load_of_one) }}) as bigint)
{%- endmacro %}
