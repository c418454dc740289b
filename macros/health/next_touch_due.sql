{#- When an account is to be met next: `days` after the last time. One that was never
    met counts from its first ARR, or from the first touch that the CRM keeps of anyone,
    whichever is later: before that, nobody knows. NULL where no cadence is planned, and
    where the CRM keeps no touches at all. -#}
{% macro next_touch_due(last_touch_on, first_arr_on, records_from, days) -%}
    case
        when {{ last_touch_on }} is not null then {{ add_days(last_touch_on, days) }}
        when {{ records_from }} > {{ first_arr_on }} then {{ add_days(records_from, days) }}
        when {{ records_from }} is not null then {{ add_days(first_arr_on, days) }}
    end
{%- endmacro %}
