{#- Whether a product's discount, as a share of its list price, is smaller than before.
    Two discounts that are equal may differ by the rounding of a cent on each side; a
    change below a thousandth of the list price is none. -#}
{% macro discount_fell() -%}
    {{ safe_divide('with_seats.arr_after', 'with_seats.list_arr_after') }}
    > {{ safe_divide('with_seats.arr_before', 'with_seats.list_arr_before') }} + 0.001
{%- endmacro %}
