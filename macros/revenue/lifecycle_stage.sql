{#- Where an account stands (definitions: Lifecycle). Days count from its first ARR; the
    renewal window has precedence over age, since the process opens 120 days before the
    term ends whatever the account's age, and stays open through grace. -#}
{% macro lifecycle_stage(arr, first_arr_on, on_day, days_to_renewal) -%}
    case
        when {{ first_arr_on }} is null then 'prospect'
        when {{ arr }} = 0 then 'churned'
        when {{ days_to_renewal }} <= 120 then 'renewal'
        when {{ days_between(first_arr_on, on_day) }} <= 90 then 'onboarding'
        when {{ on_day }} < {{ add_months(first_arr_on, 12) }} then 'adoption'
        else 'growth'
    end
{%- endmacro %}
