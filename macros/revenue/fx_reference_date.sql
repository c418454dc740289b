{#- The day whose exchange rates value every amount under the `constant` policy: the var,
    else the last day of the year before as_of_date (DECISIONS A4). -#}
{% macro fx_reference_date() -%}
    {%- if var('fx_reference_date') is not none -%}
        {{ return(date_literal(iso_date_var('fx_reference_date'))) }}
    {%- endif -%}
    {{ return(date_literal((as_of_date()[:4] | int - 1) ~ '-12-31')) }}
{%- endmacro %}
