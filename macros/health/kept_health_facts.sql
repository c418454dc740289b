{#- The facts that an earlier build's scores were made of, which `bowtie` puts beside a
    model's own table before it builds; none in a full build. No ref: no model makes it. -#}
{% macro kept_health_facts(beside) -%}
    {%- if not execute or var('changed_usage_weeks') is none -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(adapter.get_relation(beside.database, beside.schema, 'kept_health_facts')) }}
{%- endmacro %}
