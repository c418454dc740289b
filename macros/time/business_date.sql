{#- The date of a UTC timestamp in the business time zone: an event late in the
    evening counts for the day on which the company saw it. -#}
{% macro business_date(utc_timestamp) -%}
    {%- set zone = time_zone_var('business_timezone') -%}
    {%- if zone == 'UTC' -%}
        cast({{ utc_timestamp }} as date)
    {%- else -%}
        {{ adapter.dispatch('business_date', 'bowtie')(utc_timestamp, zone) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__business_date(utc_timestamp, zone) -%}
    cast(timezone('{{ zone }}', timezone('UTC', {{ utc_timestamp }})) as date)
{%- endmacro %}

{% macro spark__business_date(utc_timestamp, zone) -%}
    cast(from_utc_timestamp({{ utc_timestamp }}, '{{ zone }}') as date)
{%- endmacro %}
