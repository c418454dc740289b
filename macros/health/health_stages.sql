{#- The stages of a customer's age that the score distinguishes. -#}
{% macro health_stages() -%}
    {{ return(['onboarding', 'adoption', 'growth']) }}
{%- endmacro %}
