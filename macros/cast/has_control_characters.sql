{#- Whether a text holds control characters that no person typed: they break files,
    terminals and some engines. Tab, line ends and escape are let through: they are
    harmless in a table and made harmless wherever a text is shown. -#}
{% macro has_control_characters(text) -%}
    {{ return(adapter.dispatch('has_control_characters', 'bowtie')(text)) }}
{%- endmacro %}

{% macro default__has_control_characters(text) -%}
    regexp_matches({{ text }}, '[\x00-\x08\x0B\x0C\x0E-\x1A\x1C-\x1F\x7F]')
{%- endmacro %}

{% macro postgres__has_control_characters(text) -%}
    {{ text }} ~ '[\x01-\x08\x0B\x0C\x0E-\x1A\x1C-\x1F\x7F]'
{%- endmacro %}

{% macro spark__has_control_characters(text) -%}
    {{ text }} rlike '[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1A\\x1C-\\x1F\\x7F]'
{%- endmacro %}
