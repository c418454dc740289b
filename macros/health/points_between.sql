{#- Points of a value: 0 at one value, 100 at another, linear between and clamped beyond.
    Which of the two is larger says which direction is good. decimal(5, 2). -#}
{% macro points_between(raw_value, value_at_0, value_at_100) -%}
    {%- set clamped -%}
        greatest(
            least({{ raw_value }}, greatest({{ value_at_0 }}, {{ value_at_100 }})),
            least({{ value_at_0 }}, {{ value_at_100 }})
        )
    {%- endset -%}
    cast(round(
        {{ safe_divide(
            'cast((' ~ clamped ~ ' - ' ~ value_at_0 ~ ') * 1000000 as decimal(28, 0))',
            'cast((' ~ value_at_100 ~ ' - ' ~ value_at_0 ~ ') * 1000000 as decimal(28, 0))'
        ) }} * 100, 2
    ) as decimal(5, 2))
{%- endmacro %}
