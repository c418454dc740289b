{#- How many 377,580ths of a month there are up to a date: each day is the same share of
    its month, and a month of any length is a whole one (28, 29, 30 and 31 all divide the
    number). The difference of two dates says how many months lie between them. -#}
{% macro month_parts(date_expression) -%}
    {%- set month = month_of(date_expression) -%}
    (
        cast(
            extract(year from {{ date_expression }}) * 12
            + extract(month from {{ date_expression }}) as bigint
        ) * 377580 + ({{ days_between(month, date_expression) }})
        * case {{ days_between(month, add_months(month, 1)) }}
            when 28 then 13485
            when 29 then 13020
            when 30 then 12586
            else 12180
        end
    )
{%- endmacro %}
