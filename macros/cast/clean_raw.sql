{#- A raw value before it is cast: white space around it means nothing, and an empty
    text is no value. Values that arrive typed are left as they are, so that a large
    Parquet column is not turned into text and back. -#}
{% macro clean_raw(value, kind, raw_type) -%}
    {%- set is_text = 'char' in raw_type | lower or raw_type | lower in ('text', 'string') -%}
    {%- if is_text -%}
        nullif(trim({{ value }}), '')
    {%- elif kind in ('id', 'text', 'currency') -%}
        nullif(trim(cast({{ value }} as varchar)), '')
    {%- else -%}
        {{ value }}
    {%- endif -%}
{%- endmacro %}
