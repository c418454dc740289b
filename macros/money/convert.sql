{#- An amount at an exchange rate, rounded half up to the cent. -#}
{% macro convert(amount, rate) -%}
    cast(round(cast({{ amount }} as decimal(28, 2)) * {{ rate }}, 2) as decimal(18, 2))
{%- endmacro %}
