{#- When an account is to be met next: `days` after the last time, or after the start of
    its ARR, whichever is later: who was met before it became a customer, or before it
    came back, has not been met as one. One that was never met counts from the first
    touch that the CRM keeps of anyone where that is later: before that, nobody knows.
    NULL where no cadence is planned, and where the CRM keeps no touches at all. -#}
{% macro next_touch_due(last_touch_on, arr_since, records_from, days) -%}
    case
        when {{ records_from }} is not null
            then {{ add_days(
                'greatest(' ~ arr_since ~ ', coalesce(' ~ last_touch_on ~ ', ' ~ records_from ~ '))',
                days
            ) }}
    end
{%- endmacro %}
