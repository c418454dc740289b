{#- A var that must be a rate from 0 to 1, such as 0.8. -#}
{% macro rate_var(name) -%}
    {%- if not modules.re.fullmatch('0(\\.[0-9]{1,6})?|1(\\.0{1,6})?', var(name) | string) -%}
        {{ exceptions.raise_compiler_error(
            "var '" ~ name ~ "' must be a rate from 0 to 1 such as 0.8"
        ) }}
    {%- endif -%}
    {{ return(var(name)) }}
{%- endmacro %}
