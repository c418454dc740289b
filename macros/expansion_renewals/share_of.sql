{#- A share of an amount, rounded half up to the cent; NULL where the rate is. -#}
{% macro share_of(amount, rate) -%}
    cast(round(
        cast({{ amount }} as decimal(18, 2)) * cast({{ rate }} as decimal(12, 6)), 2
    ) as decimal(18, 2))
{%- endmacro %}
