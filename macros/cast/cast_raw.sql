{#- A cleaned raw value as the kind that the contract declares, or NULL where it is
    none: the caller tells an empty value from a wrong one. Nothing is guessed: dates
    are ISO, currencies three letters, numbers have no thousands separators, `5.4` is no integer.
    `raw_type` is the type in which the value arrives; `varchar` from a CSV file. -#}
{% macro cast_raw(value, kind, raw_type) -%}
    {%- set type = sql_type(kind) -%}
    {%- if kind in ('id', 'text') -%}
        {{ value }}
    {%- elif kind == 'currency' -%}
        case
            when {{ matches_pattern(value, '[A-Za-z]{3}') }} then upper({{ value }})
        end
    {%- elif raw_type | lower == type -%}
        {{ value }}
    {%- elif kind == 'date' -%}
        {{ cast_raw_date(value) }}
    {%- elif kind == 'timestamp' -%}
        {{ cast_raw_timestamp(value, raw_type | lower) }}
    {%- elif kind == 'boolean' -%}
        case
            when lower(cast({{ value }} as {{ dbt.type_string() }})) in ('true', 't', 'yes', 'y', '1')
                then true
            when lower(cast({{ value }} as {{ dbt.type_string() }})) in ('false', 'f', 'no', 'n', '0')
                then false
        end
    {%- else -%}
        {{ cast_raw_number(value, kind, raw_type | lower) }}
    {%- endif -%}
{%- endmacro %}


{#- A date column may arrive as a timestamp when its time is midnight: many exports
    write dates so. Any other time would be a guess about the day. -#}
{% macro cast_raw_date(value) -%}
    {%- set text = 'cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    case
        when {{ matches_pattern(text, '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]00:00(:00([.]0+)?)?(Z|[+]00(:?00)?)?)?') }}
            then {{ try_cast('substr(' ~ text ~ ', 1, 10)', 'date') }}
    end
{%- endmacro %}


{#- Naive timestamps are UTC; an offset is applied. A date alone is that business
    day's midnight. -#}
{% macro cast_raw_timestamp(value, raw_type) -%}
    {%- if raw_type in ('timestamp with time zone', 'timestamptz') -%}
        {{ adapter.dispatch('utc_timestamp', 'bowtie')(value) }}
    {%- elif raw_type.startswith('timestamp') -%}
        cast({{ value }} as timestamp)
    {%- elif raw_type == 'date' -%}
        {{ business_midnight(value) }}
    {%- else -%}
    {%- set day = '[0-9]{4}-[0-9]{2}-[0-9]{2}' -%}
    {%- set time = '[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?' -%}
    {#- DuckDB reads an offset only after seconds, and without a space before it. -#}
    {%- set whole -%}
        concat(
            substring({{ value }}, 1, 16),
            case when substring({{ value }}, 17, 1) = ':' then '' else ':00' end,
            replace(substring({{ value }}, 17), ' ', '')
        )
    {%- endset -%}
    case
        when {{ matches_pattern(value, day) }}
            then {{ business_midnight(try_cast(value, 'date')) }}
        when {{ matches_pattern(value, day ~ time) }}
            then {{ try_cast(value, 'timestamp') }}
        when {{ matches_pattern(value, day ~ time ~ ' ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)') }}
            then {{ adapter.dispatch('utc_timestamp', 'bowtie')(
                adapter.dispatch('try_cast', 'bowtie')(whole, 'timestamp with time zone')
            ) }}
    end
    {%- endif -%}
{%- endmacro %}

{% macro default__utc_timestamp(value) -%}
    timezone('UTC', {{ value }})
{%- endmacro %}

{% macro spark__utc_timestamp(value) -%}
    to_utc_timestamp({{ value }}, current_timezone())
{%- endmacro %}


{#- Numbers as machines write them: digits, one point, perhaps an exponent; no thousands
    separator, no currency sign. An integer may carry a point only when nothing but
    zeros follows it. -#}
{% macro cast_raw_number(value, kind, raw_type) -%}
    {%- set is_text = 'char' in raw_type or raw_type in ('text', 'string') -%}
    {%- if is_text -%}
        {%- set pattern = '[+-]?[0-9]+([.]0*)?' if kind == 'integer'
            else '[+-]?[0-9]*[.]?[0-9]+([eE][+-]?[0-9]+)?' -%}
    case
        when {{ matches_pattern(value, pattern) }}
            then {{ try_cast(value, sql_type(kind)) }}
    end
    {%- elif kind == 'integer' -%}
    case when {{ value }} = floor({{ value }}) then {{ try_cast(value, 'bigint') }} end
    {%- else -%}
    {{ try_cast(value, sql_type(kind)) }}
    {%- endif -%}
{%- endmacro %}
