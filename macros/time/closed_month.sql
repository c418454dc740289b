{#- The first day of the last month that is whole on the as-of date. A rate over twelve
    months ends here: one that ended inside a month would open at the close of the same
    month a year ago, and be up to a month short. -#}
{% macro closed_month() -%}
    {%- set next_day = modules.datetime.date.fromisoformat(as_of_date())
        + modules.datetime.timedelta(days=1) -%}
    {%- set last_day = next_day.replace(day=1) - modules.datetime.timedelta(days=1) -%}
    {{ date_literal(last_day.replace(day=1).isoformat()) }}
{%- endmacro %}
