{#- Points of a value that lies between two others: 0 at the one, 100 at the other, linear
    between. Which of the two is larger says which direction is good. decimal(5, 2). -#}
{% macro points_between(value, value_at_0, value_at_100) -%}
    cast({{ small_divide(
        'abs(' ~ value ~ ' - ' ~ value_at_0 ~ ')', 'abs(' ~ value_at_100 ~ ' - ' ~ value_at_0 ~ ')', 4
    ) }} * 100 as decimal(5, 2))
{%- endmacro %}
