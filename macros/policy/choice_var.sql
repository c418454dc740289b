{#- A var that must be one of some words; a wrong one stops the run with its name. -#}
{% macro choice_var(name, choices) -%}
    {%- if var(name) not in choices -%}
        {{ exceptions.raise_compiler_error(
            "var '" ~ name ~ "' must be one of: " ~ choices | join(', ')
        ) }}
    {%- endif -%}
    {{ return(var(name)) }}
{%- endmacro %}
