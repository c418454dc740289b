{#- How much of the way from baseline to target a plan's metric has gone: 0 at the
    baseline, 1 at the target, whether the metric is to rise or to fall; below 0 when it
    went the wrong way, above 1 when it went further, at most 1,000 times the way. NULL
    where a value is missing or the target is the baseline. -#}
{% macro plan_value(baseline, target, current_value) -%}
    {%- set way = '(' ~ target ~ ' - ' ~ baseline ~ ')' -%}
    {%- set gone = '(' ~ current_value ~ ' - ' ~ baseline ~ ')' -%}
    {#- Values have four places, what is divided two: hence the hundredfold. -#}
    {{ return(
        "case when " ~ gone ~ " is not null then "
        ~ safe_divide(
            '100 * greatest(least(' ~ gone ~ ', 1000 * abs' ~ way ~ '), -1000 * abs' ~ way ~ ')',
            '100 * ' ~ way
        ) ~ " end"
    ) }}
{%- endmacro %}
