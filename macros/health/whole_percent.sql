{#- A rate from 0 to 1 as whole percent, rounded half up, in text: 0.345 is '35'. -#}
{% macro whole_percent(rate) -%}
    cast(cast(round(cast({{ rate }} as decimal(18, 6)) * 100, 0) as integer) as varchar(10))
{%- endmacro %}
