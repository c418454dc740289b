{#- A cast that gives NULL where the value is none of the type. dbt's own safe_cast is
    a plain cast on DuckDB, and would stop the run at the first bad row. -#}
{% macro try_cast(expression, data_type) -%}
    {{ return(adapter.dispatch('try_cast', 'bowtie')(expression, data_type)) }}
{%- endmacro %}

{% macro default__try_cast(expression, data_type) -%}
    try_cast({{ expression }} as {{ data_type }})
{%- endmacro %}
