{#- A var that must be a share from 0 to 1. -#}
{% macro share_var(name) -%}
    {%- set value = var(name) | string -%}
    {%- if not modules.re.fullmatch('(0(\\.[0-9]{1,6})?|1(\\.0{1,6})?)', value) -%}
        {{ exceptions.raise_compiler_error(
            "var '" ~ name ~ "' must be a share from 0 to 1, such as 0.1"
        ) }}
    {%- endif -%}
    {{ return(value) }}
{%- endmacro %}
