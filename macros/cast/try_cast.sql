{#- A cast that gives NULL where the value is none of the type. dbt's own safe_cast is
    a plain cast on DuckDB, and would stop the run at the first bad row. -#}
{% macro try_cast(expression, data_type) -%}
    {{ return(adapter.dispatch('try_cast', 'bowtie')(expression, data_type)) }}
{%- endmacro %}

{% macro default__try_cast(expression, data_type) -%}
    try_cast({{ expression }} as {{ data_type }})
{%- endmacro %}

{#- Postgres 15 has none: what is cast is looked at first. The patterns of the callers hold
    already (digits where digits belong), so that only the calendar, the clock and the
    room of a number are left to ask for. -#}
{% macro postgres__try_cast(expression, data_type) -%}
    {%- if data_type == 'date' or data_type.startswith('timestamp') -%}
        {{ postgres_try_cast_time(expression, data_type) }}
    {%- else -%}
        {{ postgres_try_cast_number(expression, data_type) }}
    {%- endif -%}
{%- endmacro %}

{% macro postgres_try_cast_time(text, data_type) -%}
    {%- set year, month, day = (
        'substr(' ~ text ~ ', 1, 4)', 'substr(' ~ text ~ ', 6, 2)', 'substr(' ~ text ~ ', 9, 2)'
    ) -%}
    case
        when {{ year }} = '0000' or {{ month }} not between '01' and '12' or {{ day }} = '00'
            then null
        when cast({{ day }} as integer) > extract(
            day from cast({{ year }} || '-' || {{ month }} || '-01' as date)
            + interval '1 month' - interval '1 day'
        )
            then null
        when substr({{ text }}, 12, 2) > '23'
            or substr({{ text }}, 15, 2) > '59'
            or substr({{ text }}, 18, 2) > '59'
            then null
        {%- if data_type == 'timestamp with time zone' %}
        when substring({{ text }} from '[+-]([0-9]{2}):?[0-9]{0,2}$') > '15'
            then null
        {%- endif %}
        else cast({{ text }} as {{ data_type }})
    end
{%- endmacro %}

{% macro postgres_try_cast_number(expression, data_type) -%}
    {%- set number = 'cast(' ~ expression ~ ' as numeric)' -%}
    {%- if data_type == 'bigint' -%}
        {%- set scale, below = 0, '9223372036854775808' -%}
    {%- else -%}
        {%- set precision, scale = modules.re.findall('[0-9]+', data_type) | map('int') -%}
        {%- set below = '1' ~ '0' * (precision - scale) -%}
    {%- endif -%}
    case
        when cast({{ expression }} as {{ dbt.type_string() }}) ~ '[eE][+-]?0*[0-9]{4}'
            then null
        when abs(round({{ number }}, {{ scale }})) < {{ below }}
            then cast({{ number }} as {{ data_type }})
    end
{%- endmacro %}

{#- A timestamp on Spark is an instant, read with its offset where it has one. It takes no
    `5.0` for a whole number, which the others do. -#}
{% macro spark__try_cast(expression, data_type) -%}
    {%- set value = 'try_cast(' ~ expression ~ ' as decimal(38, 0))'
        if data_type == 'bigint' else expression -%}
    try_cast({{ value }} as {{ spark_type(data_type) }})
{%- endmacro %}
