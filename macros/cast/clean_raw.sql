{#- A raw value before it is cast: white space around it means nothing, and an empty
    text is no value; in an id, characters that nobody sees mean nothing either. A date
    that `may_be_open` is no value in all the ways in which systems write that it has not
    come. Values that arrive typed are otherwise left as they are, so that a large Parquet
    column is not turned into text and back. -#}
{% macro clean_raw(value, kind, raw_type, may_be_open=false) -%}
    {%- set is_text = 'char' in raw_type | lower or raw_type | lower in ('text', 'string') -%}
    {%- set text = value if is_text else 'cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- if may_be_open -%}
        case
            when lower(trim({{ text }})) <> 'null'
                and not {{ matches_pattern('trim(' ~ text ~ ')', '(2999|9999)-12-31([ T].*)?') }}
                then {{ 'nullif(trim(' ~ text ~ "), '')" if is_text else value }}
        end
    {%- elif kind == 'id' -%}
        nullif({{ clean_id(text) }}, '')
    {%- elif is_text or kind in ('text', 'currency') -%}
        nullif(trim({{ text }}), '')
    {%- else -%}
        {{ value }}
    {%- endif -%}
{%- endmacro %}
