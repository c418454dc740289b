{#- A date some months later (or earlier), as a date on every engine; the last day of a
    shorter month where the day does not exist. -#}
{% macro add_months(date_expression, months) -%}
    cast({{ dbt.dateadd('month', months, date_expression) }} as date)
{%- endmacro %}
