{#- A var that must be a whole number from 0; null only where `may_be_null`. Less than
    `at_least` is read as that. -#}
{% macro whole_number_var(name, may_be_null=false, at_least=0) -%}
    {%- set value = var(name) -%}
    {%- if value is none and may_be_null -%}
        {{ return(none) }}
    {%- endif -%}
    {%- if not modules.re.fullmatch('[0-9]{1,6}', value | string) -%}
        {{ exceptions.raise_compiler_error(
            "var '" ~ name ~ "' must be a whole number from 0 to 999999"
        ) }}
    {%- endif -%}
    {{ return([value | int, at_least] | max) }}
{%- endmacro %}
