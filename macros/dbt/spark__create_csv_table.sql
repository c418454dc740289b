{#- A seed's table on Spark, with the types of Spark. -#}
{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set types = model.config.get('column_types', {}) -%}
    {%- set statement_sql -%}
        create table {{ this.render() }} (
            {%- for column in agate_table.column_names %}
            {{ column }} {{ spark_type(types.get(column, 'string')) }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        )
        {{ file_format_clause() }}
    {%- endset -%}
    {%- call statement('_') -%}{{ statement_sql }}{%- endcall -%}
    {{ return(statement_sql) }}
{%- endmacro %}
