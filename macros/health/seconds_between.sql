{#- Whole seconds from one timestamp to a later one. -#}
{% macro seconds_between(from_time, to_time) -%}
    {{ return(adapter.dispatch('seconds_between', 'bowtie')(from_time, to_time)) }}
{%- endmacro %}

{% macro default__seconds_between(from_time, to_time) -%}
    cast(extract(epoch from ({{ to_time }} - {{ from_time }})) as bigint)
{%- endmacro %}

{% macro duckdb__seconds_between(from_time, to_time) -%}
    date_diff('second', {{ from_time }}, {{ to_time }})
{%- endmacro %}

{% macro spark__seconds_between(from_time, to_time) -%}
    (unix_timestamp({{ to_time }}) - unix_timestamp({{ from_time }}))
{%- endmacro %}
