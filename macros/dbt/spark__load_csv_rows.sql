{#- A seed's rows on Spark, in one statement. dbt-spark would put the values into the
    statement as they are, an apostrophe included. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model.config.get('column_types', {}) -%}
    {%- set columns = agate_table.column_names -%}
    {%- set statement_sql -%}
        insert into {{ this.render() }} values
        {%- for row in agate_table.rows %}
        (
            {%- for column in columns -%}
            {%- set type = types.get(column, 'string') -%}
            {%- if row[loop.index0] is none -%}
            cast(null as {{ spark_type(type) }})
            {%- else -%}
            cast('{{ row[loop.index0] | string | replace("\\", "\\\\") | replace("'", "\\'") }}' as {{ spark_type(type) }})
            {%- endif -%}
            {{- ', ' if not loop.last -}}
            {%- endfor -%}
        ){{ ',' if not loop.last }}
        {%- endfor %}
    {%- endset -%}
    {%- if agate_table.rows | length > 0 -%}
        {%- do adapter.add_query(statement_sql, abridge_sql_log=True) -%}
    {%- endif -%}
    {{ return(statement_sql) }}
{%- endmacro %}
