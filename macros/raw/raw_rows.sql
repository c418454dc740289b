{#- The rows of one raw table, with every column of the contract; one that the source
    does not have is NULL, and a table that is not there has no rows. The only place
    that knows which of the three ways in is used. -#}
{% macro raw_rows(table) -%}
    {%- set contract_columns = raw_contract(table)['columns'] -%}
    {%- set relation = raw_relation(table) -%}
    {%- set present = raw_column_types(table) -%}
    select
    {%- for column in contract_columns %}
        {%- if relation is not none and column in present %}
        {{ column }}
        {%- else %}
        cast(null as {{ dbt.type_string() }}) as {{ column }}
        {%- endif %}
        {{- ',' if not loop.last }}
    {%- endfor %}
    {%- if relation is none %}
    from (select 1 as nothing) as missing_table
    where false
    {%- else %}
    from {{ relation }}
    {%- endif %}
{%- endmacro %}
