{#- Opens the earlier generation's file, read only. On an engine with schemas instead of
    files, the var would name a database and nothing need be opened. -#}
{% macro attach_earlier_generation() -%}
    {%- if var('restated_against') is not none -%}
        attach if not exists '{{ var('restated_against') | replace("'", "''") }}'
        as earlier_generation (read_only)
    {%- endif -%}
{%- endmacro %}
