{#- A var that must be an ISO date; anything else stops the run with its name, and
    nothing but a date can reach the SQL. -#}
{% macro iso_date_var(name) -%}
    {%- set value = var(name) | string -%}
    {%- if not modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', value) -%}
        {{ exceptions.raise_compiler_error(
            "var '" ~ name ~ "' must be a date such as 2025-12-31"
        ) }}
    {%- endif -%}
    {%- set parts = value.split('-') -%}
    {%- set month, day = parts[1] | int, parts[2] | int -%}
    {%- if not (1 <= month <= 12 and 1 <= day <= 31) -%}
        {{ exceptions.raise_compiler_error(
            "var '" ~ name ~ "' is no day of the calendar; give one such as 2025-12-31"
        ) }}
    {%- endif -%}
    {{ return(value) }}
{%- endmacro %}
