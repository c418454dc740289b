{#- Whether a day lies in a week of usage that this build makes: any, in a full build; in
    an incremental one, those that stg_usage__stale_weeks names. They are written out, so
    that an engine skips the files of others. No week: a day that is missing, or that no
    calendar of business reaches. -#}
{% macro in_weeks_to_build(day) -%}
    {#- dbt learns while it parses what a model depends on; a full build has no use for it. -#}
    {%- if not execute -%}
        {%- do ref('stg_usage__stale_weeks') -%}
    {%- endif -%}
    {%- if var('changed_usage_weeks') is none or not is_incremental() -%}
        {{ return('true') }}
    {%- endif -%}
    {%- set found = run_query(
        'select week from ' ~ ref('stg_usage__stale_weeks') ~ ' order by week'
    ) -%}
    {%- set weeks = [] -%}
    {%- set conditions = [] -%}
    {%- for row in found.rows -%}
        {%- if row[0] is none -%}
            {%- do conditions.append(day ~ ' is null or ' ~ day ~ ' >= ' ~ date_literal('2200-01-01')) -%}
        {%- else -%}
            {%- do weeks.append(date_literal(row[0])) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if weeks -%}
        {%- do conditions.append(
            day ~ ' >= ' ~ weeks[0] ~ ' and ' ~ day ~ ' < ' ~ add_days(weeks[-1], 7)
            ~ ' and ' ~ week_of(day) ~ ' in (' ~ weeks | join(', ') ~ ')'
        ) -%}
    {%- endif -%}
    {{ return('(' ~ (conditions | join(' or ') or 'false') ~ ')') }}
{%- endmacro %}
