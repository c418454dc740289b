{#- Whether scores of a week are kept. -#}
{% macro is_kept_week(week) -%}
    {{ week }} > {{ add_days(
        week_of(as_of()), -7 * whole_number_var('health_history_weeks')
    ) }}
{%- endmacro %}
