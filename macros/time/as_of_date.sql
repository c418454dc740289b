{#- The day as of which everything is computed, as an ISO text. The only place that
    may look at the clock, once, while dbt compiles; a model never does. -#}
{% macro as_of_date() -%}
    {%- if var('as_of_date') is not none -%}
        {{ return(iso_date_var('as_of_date')) }}
    {%- elif var('raw_way') == 'sample' -%}
        {{ return('2025-12-31') }}
    {%- endif -%}
    {%- set zone = modules.pytz.timezone(time_zone_var('business_timezone')) -%}
    {%- set now = run_started_at.astimezone(zone) -%}
    {{ return((now - modules.datetime.timedelta(days=1)).date().isoformat()) }}
{%- endmacro %}
