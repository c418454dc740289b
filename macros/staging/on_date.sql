{#- The column that holds the date of a date or timestamp column; SQL's null for none. -#}
{% macro on_date(column, columns, relation='with_account') -%}
    {%- if column is none or not column -%}
        cast(null as date)
    {%- elif columns[column]['type'] == 'timestamp' -%}
        {{ relation }}.{{ column | replace('_at', '_on') }}
    {%- else -%}
        {{ relation }}.{{ column }}
    {%- endif -%}
{%- endmacro %}
