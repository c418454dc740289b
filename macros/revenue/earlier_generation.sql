{#- The prefix under which the marts of an earlier generation are read, or an empty text
    when none is named: then this build's own stand in, with no rows taken. -#}
{% macro earlier_generation() -%}
    {{ return('earlier_generation.' if var('restated_against') is not none else '') }}
{%- endmacro %}


{#- Opens the earlier generation's file, read only. On an engine with schemas instead of
    files, the var would name a database and nothing need be opened. -#}
{% macro attach_earlier_generation() -%}
    {%- if var('restated_against') is not none -%}
        attach if not exists '{{ var('restated_against') | replace("'", "''") }}'
        as earlier_generation (read_only)
    {%- endif -%}
{%- endmacro %}
