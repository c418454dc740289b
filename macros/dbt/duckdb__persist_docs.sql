{#- All comments of a table by one statement, without asking which columns it has: a
    contract has said so. dbt-duckdb asks twice and comments twice (DECISIONS S15). -#}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- call statement('comments') -%}
        {%- if for_relation and config.persist_relation_docs() and model.description %}
        {{ alter_relation_comment(relation, model.description) }}
        {%- endif %}
        {%- if for_columns and config.persist_column_docs() %}
        {%- for column in model.columns.values() if column.description %}
        comment on column {{ relation }}.{{ column.name }}
        is {{ duckdb_escape_comment(column.description) }};
        {%- endfor %}
        {%- endif %}
    {%- endcall -%}
{%- endmacro %}
