{#- What to select one raw table from: a seed, the user's files, or a source; none
    where the table is not there. -#}
{% macro raw_relation(table) -%}
    {%- set way = choice_var('raw_way', ['sample', 'files', 'warehouse']) -%}
    {%- if way == 'sample' -%}
        {{ return(ref(table)) }}
    {%- elif way == 'warehouse' -%}
        {%- set relation = source('raw', table) -%}
        {%- if execute and load_relation(relation) is none -%}
            {{ return(none) }}
        {%- endif -%}
        {{ return(relation) }}
    {%- else -%}
        {{ return(raw_files(table)) }}
    {%- endif -%}
{%- endmacro %}
