{#- The landing checks' list of rows that are no rows; empty where they did not run. -#}
{% macro landing_refusals() -%}
    {%- if var('raw_way') == 'files' and var('landing_dir') is not none and execute -%}
        {%- set literal = "'" ~ (var('landing_dir') ~ '/landing_refusals.csv') | replace("'", "''") ~ "'" -%}
        {%- if run_query('select count(*) from glob(' ~ literal ~ ')').rows[0][0] > 0 -%}
            {{ return('select * from read_csv(' ~ literal ~ ', header = true, all_varchar = true)') }}
        {%- endif -%}
    {%- endif -%}
    select
        cast(null as {{ dbt.type_string() }}) as table_name,
        cast(null as {{ dbt.type_string() }}) as file_name,
        cast(null as {{ dbt.type_string() }}) as line_number,
        cast(null as {{ dbt.type_string() }}) as reason
    where false
{%- endmacro %}
