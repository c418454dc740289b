{#- The week whose score is that of so many weeks ago: the last one that was over by the
    day so many weeks before as_of_date. -#}
{% macro week_ago(weeks) -%}
    {{ week_of(add_days(as_of(), -7 * weeks - 6)) }}
{%- endmacro %}
