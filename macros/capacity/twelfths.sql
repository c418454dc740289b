{#- A whole number divided by twelve, with six decimals however large it is: what comes
    about in a year, by a month of it. The whole part is divided apart, since safe_divide
    stops below a million. -#}
{% macro twelfths(number) -%}
    (
        cast((({{ number }}) - mod({{ number }}, 12)) / 12 as decimal(20, 0))
        + {{ safe_divide('mod(' ~ number ~ ', 12)', 12) }}
    )
{%- endmacro %}
