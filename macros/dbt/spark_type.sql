{#- A type as Spark writes it: its texts have no length, and a timestamp is an instant. -#}
{% macro spark_type(type) -%}
    {%- set types = {
        'varchar': 'string', 'text': 'string', 'timestamp with time zone': 'timestamp'
    } -%}
    {{ return(types.get(type | trim | lower, type)) }}
{%- endmacro %}
