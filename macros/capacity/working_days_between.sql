{#- Mondays to Fridays in [from, to); holidays are not known. Counted from a Monday long
    ago, so that no calendar has to be joined. `to` is not before `from`. -#}
{% macro working_days_between(from_date, to_date) -%}
    ({{ working_day_number(to_date) }} - {{ working_day_number(from_date) }})
{%- endmacro %}

{% macro working_day_number(day) -%}
    {%- set days = '(' ~ days_between(date_literal('1900-01-01'), day) ~ ')' -%}
    cast(({{ days }} - mod({{ days }}, 7)) / 7 * 5 + least(mod({{ days }}, 7), 5) as bigint)
{%- endmacro %}
