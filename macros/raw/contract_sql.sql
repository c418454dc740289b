{#- SQL that the raw contract gives for a table of these columns, what it leaves open
    filled in: {as_of}, and {over}, the values of `status` that say that a row is over. -#}
{% macro contract_sql(sql, columns) -%}
    {%- set over = columns.get('status', {}).get('over', []) -%}
    {{ sql
        | replace('{as_of}', as_of())
        | replace('{over}', "'" ~ over | join("', '") ~ "'") }}
{%- endmacro %}
