{#- A value as staging gives it on: words in lower case where the contract lists them,
    the default where the raw value is empty. -#}
{% macro read_value(column, about) -%}
    {%- set value = 'parsed.' ~ column -%}
    {%- if about.get('one_of') -%}
        {%- set value = 'lower(' ~ value ~ ')' -%}
    {%- endif -%}
    {%- if 'default' in about -%}
        case
            when parsed.raw_{{ column }} is null
                then {{ dbt.cast("'" ~ about['default'] ~ "'", sql_type(about['type'])) }}
            else {{ value }}
        end
    {%- else -%}
        {{ value }}
    {%- endif -%}
{%- endmacro %}
