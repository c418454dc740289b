{#- The score of dimensions: their points together, per weight that is present, from 0 to
    100 with two decimals. One home, so that the parts of a score, rounded cumulatively,
    meet the whole to the cent. -#}
{% macro health_score_of(dimension_points, present_weight) -%}
    cast(round({{ safe_divide(
        '(cast(' ~ dimension_points ~ ' as decimal(18, 6)) * 10000)',
        '(cast(' ~ present_weight ~ ' as decimal(18, 0)) * 10000)'
    ) }}, 2) as decimal(5, 2))
{%- endmacro %}
