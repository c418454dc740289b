{#- Size, 0 to 1: ARR / (ARR + half_arr). It is 0.5 at half_arr (the lower edge of the
    highest touch tier), grows with every cent, and lets no single giant push everybody
    else out of the queue: at 100,000, an account of 5,000 has 0.048, one of 45,000 0.31,
    one of 400,000 0.8. -#}
{% macro arr_factor(arr, half_arr) -%}
    {{ return(safe_divide(arr, '(' ~ arr ~ ' + ' ~ half_arr ~ ')')) }}
{%- endmacro %}
