{#- The last day of the calendar quarter that holds a date, or of one some quarters later. -#}
{% macro quarter_end(date_expression, quarters=0) -%}
    {{ add_days(
        add_months(quarter_of(date_expression), '3 * (' ~ quarters ~ ' + 1)'), -1
    ) }}
{%- endmacro %}
