{#- A var that must be a currency code: three capital letters. -#}
{% macro currency_var(name) -%}
    {%- if not modules.re.fullmatch('[A-Z]{3}', var(name) | string) -%}
        {{ exceptions.raise_compiler_error(
            "var '" ~ name ~ "' must be an ISO 4217 code such as USD"
        ) }}
    {%- endif -%}
    {{ return(var(name)) }}
{%- endmacro %}
