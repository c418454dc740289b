{#- The prefix under which the marts of an earlier generation are read, or an empty text
    when none is named: then this build's own stand in, with no rows taken. -#}
{% macro earlier_generation() -%}
    {{ return('earlier_generation.' if var('restated_against') is not none else '') }}
{%- endmacro %}
