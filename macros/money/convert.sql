{#- An amount at an exchange rate, rounded half up to the cent. The amount keeps up to four
    decimals until then: a biller's may have three (dinars) or more (metered use). -#}
{% macro convert(amount, rate) -%}
    cast(round(cast({{ amount }} as decimal(28, 4)) * {{ rate }}, 2) as decimal(18, 2))
{%- endmacro %}
