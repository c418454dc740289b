{#- How much of the way from baseline to target a plan's metric has gone: 0 at the
    baseline, 1 at the target, whether the metric is to rise or to fall; below 0 when it
    went the wrong way, above 1 when it went further. NULL where a value is missing or
    the target is the baseline. -#}
{% macro plan_value(baseline, target, current_value) -%}
    {{ return(safe_divide(
        '(' ~ current_value ~ ' - ' ~ baseline ~ ')', '(' ~ target ~ ' - ' ~ baseline ~ ')'
    )) }}
{%- endmacro %}
