{#- The category of time that an activity's purpose belongs to. -#}
{% macro time_category(purpose) -%}
    case
        when {{ purpose }} = 'internal' then 'qbr'
        else coalesce({{ purpose }}, 'other')
    end
{%- endmacro %}
