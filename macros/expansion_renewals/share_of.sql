{#- A share of an amount, rounded half up to the cent; NULL where the rate is. The amount
    is widened, since a product of two decimals of 18 digits has no more on DuckDB, and ten
    billion rupiah are an account's. -#}
{% macro share_of(amount, rate) -%}
    cast(round(
        cast({{ amount }} as decimal(26, 2)) * cast({{ rate }} as decimal(12, 6)), 2
    ) as decimal(18, 2))
{%- endmacro %}
