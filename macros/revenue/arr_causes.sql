{#- The causes of an expansion or contraction, as columns; they add up to it. -#}
{% macro arr_causes() -%}
    {{ return(['seats_arr', 'price_arr', 'product_arr', 'tier_arr', 'discount_expiry_arr']) }}
{%- endmacro %}
