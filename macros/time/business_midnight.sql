{#- The UTC timestamp at which a date begins in the business time zone. -#}
{% macro business_midnight(local_date) -%}
    {%- set zone = time_zone_var('business_timezone') -%}
    {%- if zone == 'UTC' -%}
        cast({{ local_date }} as timestamp)
    {%- else -%}
        {{ adapter.dispatch('business_midnight', 'bowtie')(local_date, zone) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__business_midnight(local_date, zone) -%}
    timezone('UTC', timezone('{{ zone }}', cast({{ local_date }} as timestamp)))
{%- endmacro %}

{% macro spark__business_midnight(local_date, zone) -%}
    to_utc_timestamp(cast({{ local_date }} as timestamp), '{{ zone }}')
{%- endmacro %}
