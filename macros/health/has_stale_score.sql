{#- Whether a row's customer and week are scored in this build: all, in a full one. -#}
{% macro has_stale_score(rows) -%}
    {#- dbt learns while it parses what a model depends on; a full build has no use for it. -#}
    {%- if not execute -%}
        {%- do ref('int_stale_scores') -%}
    {%- endif -%}
    {%- if not execute or var('changed_usage_weeks') is none -%}
        {{ return('true') }}
    {%- endif -%}
    {%- set stale = ref('int_stale_scores') -%}
    {%- if kept_health_facts(stale) is none -%}
        {{ return('true') }}
    {%- endif -%}
    exists (
        select 1
        from {{ stale }} as stale
        where
            stale.account_id = {{ rows }}.account_id
            and stale.week = {{ rows }}.week
    )
{%- endmacro %}
