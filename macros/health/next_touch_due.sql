{#- When an account is to be met next: `days` after the last time. One that was never
    met counts from its first ARR, or from the first touch that the CRM keeps of anyone,
    whichever is later: before that, nobody knows. NULL where no cadence is planned. -#}
{% macro next_touch_due(last_touch_on, first_arr_on, records_from, days) -%}
    {{ return(add_days(
        'coalesce(' ~ last_touch_on ~ ', greatest(' ~ first_arr_on ~ ', ' ~ records_from ~ '))',
        days
    )) }}
{%- endmacro %}
