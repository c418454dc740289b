{#- safe_divide for a numerator and a denominator with up to six places: both are taken a
    million times, as whole numbers, so that nothing is lost before the division. -#}
{% macro exact_divide(numerator, denominator) -%}
    {{ return(safe_divide(
        'cast((' ~ numerator ~ ') * 1000000 as decimal(36, 0))',
        'cast((' ~ denominator ~ ') * 1000000 as decimal(36, 0))'
    )) }}
{%- endmacro %}
