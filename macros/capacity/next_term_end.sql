{#- When the term ends that runs on a day. A subscription shows only its current term:
    before it began, earlier ones of the same length are taken to have ended one where
    the next began, and on that day the next one runs. A term shorter than half a month
    is counted in days. On a past day only the start of a later term may be known, as
    start and end: twelve months then, as in renewals. -#}
{% macro next_term_end(on_day, term_start, term_end) -%}
    {%- set months = '(case when ' ~ term_start ~ ' = ' ~ term_end ~ ' then 12 else '
        ~ term_months(term_start, term_end) ~ ' end)' -%}
    {%- set apart = months_between(on_day, term_start) -%}
    {%- set months_left = '(' ~ apart ~ ' - case when '
        ~ add_months(term_start, '-' ~ apart) ~ ' <= ' ~ on_day
        ~ ' then 1 else 0 end)' -%}
    {%- set days = '(' ~ days_between(term_start, term_end) ~ ')' -%}
    {%- set days_left = '(' ~ days_between(on_day, term_start) ~ ' - 1)' -%}
    {%- set whole_terms = '-({left} - mod({left}, {length}))' -%}
    {%- set in_months = whole_terms.format(left=months_left, length=months) -%}
    {%- set in_days = whole_terms.format(left=days_left, length=days) -%}
    case
        when {{ on_day }} >= coalesce({{ term_start }}, {{ on_day }})
            then {{ term_end }}
        when {{ months }} > 0 then {{ add_months(term_start, in_months) }}
        when {{ days }} > 0 then {{ add_days(term_start, in_days) }}
    end
{%- endmacro %}
