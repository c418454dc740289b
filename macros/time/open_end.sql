{#- A period's end for comparison: an open one is later than any date. -#}
{% macro open_end(date_expression) -%}
    coalesce({{ date_expression }}, {{ date_literal('9999-12-31') }})
{%- endmacro %}
