{#- The columns that a raw table has where it comes from, and the types in which they
    arrive: {name: type}, names in lower case. While dbt only parses, the contract's
    columns as text. -#}
{% macro raw_column_types(table) -%}
    {%- set types = {} -%}
    {%- if not execute or var('raw_way') == 'sample' -%}
        {%- for column in raw_contract(table)['columns'] -%}
            {%- do types.update({column: 'varchar'}) -%}
        {%- endfor -%}
    {%- elif var('raw_way') == 'warehouse' -%}
        {%- set relation = raw_relation(table) -%}
        {%- if relation is not none -%}
            {%- for column in adapter.get_columns_in_relation(relation) -%}
                {%- do types.update({column.name | lower: column.data_type | lower}) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- else -%}
        {%- set relation = raw_files(table) -%}
        {%- if relation is not none -%}
            {%- for row in run_query('describe select * from ' ~ relation).rows -%}
                {%- do types.update({row[0] | lower: row[1] | lower}) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(types) }}
{%- endmacro %}
