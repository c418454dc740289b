{#- The name of the first of a table's own rules that a readable row breaks, or NULL. -#}
{% macro broken_rule(entry) -%}
{%- if not entry.get('rules') -%}
cast(null as {{ dbt.type_string() }})
{%- else -%}
case
    {%- for rule, condition in entry['rules'].items() %}
    when {{ contract_sql(condition, entry['columns']) }} then '{{ rule }}'
    {%- endfor %}
end
{%- endif -%}
{%- endmacro %}
