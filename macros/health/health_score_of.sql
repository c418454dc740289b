{#- The score of dimensions: their points together, per weight that is present, from 0 to
    100 with two decimals. One home, so that the parts of a score, rounded cumulatively,
    meet the whole to the cent. -#}
{% macro health_score_of(dimension_points, present_weight) -%}
    cast({{ small_divide(dimension_points, present_weight, 2) }} as decimal(5, 2))
{%- endmacro %}
