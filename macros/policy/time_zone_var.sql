{#- A var that must name a time zone of the IANA database. -#}
{% macro time_zone_var(name) -%}
    {%- if var(name) not in modules.pytz.all_timezones_set -%}
        {{ exceptions.raise_compiler_error(
            "var '" ~ name ~ "' must be an IANA time zone such as Europe/Berlin"
        ) }}
    {%- endif -%}
    {{ return(var(name)) }}
{%- endmacro %}
