{#- A var that must be a whole number from 0; null only where `may_be_null`. -#}
{% macro whole_number_var(name, may_be_null=false) -%}
    {%- set value = var(name) -%}
    {%- if value is none and may_be_null -%}
        {{ return(none) }}
    {%- endif -%}
    {%- if not modules.re.fullmatch('[0-9]{1,6}', value | string) -%}
        {{ exceptions.raise_compiler_error(
            "var '" ~ name ~ "' must be a whole number from 0 to 999999"
        ) }}
    {%- endif -%}
    {{ return(value | int) }}
{%- endmacro %}
