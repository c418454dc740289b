{#- The Monday from which drivers' points are kept. -#}
{% macro first_driver_week() -%}
    {{ add_days(week_of(as_of()), -7 * (whole_number_var('health_driver_weeks') - 1)) }}
{%- endmacro %}
