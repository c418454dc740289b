{#- "kickoff held: 12 days late". -#}
{% macro days_late_in_words(what, due_on, on_day) -%}
    {{ what }} || ': ' || cast({{ days_between(due_on, on_day) }} as varchar(10)) || ' days late'
{%- endmacro %}
