{#- risk x size x nearness, each 0 to 1, rounded half up to six places: what is likeliest
    to be lost, largest and soonest comes first. It orders a queue; it is no amount. -#}
{% macro intervention_priority(risk, arr_factor, nearness) -%}
    cast(round(
        cast({{ risk }} as decimal(9, 6)) * cast({{ arr_factor }} as decimal(9, 6))
        * cast({{ nearness }} as decimal(9, 6)), 6
    ) as decimal(12, 6))
{%- endmacro %}
