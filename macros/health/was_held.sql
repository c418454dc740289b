{#- Whether an activity took place: unless its status says that it was called off, that
    nobody came, or that it bounced. What says nothing of how it went was held. -#}
{% macro was_held(status) -%}
    coalesce({{ status }}, 'completed') not in ('cancelled', 'no_show', 'bounced')
{%- endmacro %}
