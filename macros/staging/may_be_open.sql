{#- Whether a column holds a date that may not have come yet: one that may be empty. What
    a row begins with is never open. -#}
{% macro may_be_open(column, entry) -%}
    {%- set about = entry['columns'][column] -%}
    {{ return(
        about['type'] in ('date', 'timestamp')
        and not about.get('required')
        and column != entry.get('visible_from')
    ) }}
{%- endmacro %}
