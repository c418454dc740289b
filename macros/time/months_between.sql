{#- Whole months from the first day of one month to the first day of another. -#}
{% macro months_between(from_month, to_month) -%}
    cast(
        (extract(year from {{ to_month }}) - extract(year from {{ from_month }})) * 12
        + extract(month from {{ to_month }}) - extract(month from {{ from_month }})
        as integer
    )
{%- endmacro %}
