{#- When the term began that ran on a day before `term_start`, or (`terms_after` = 1) the one
    after it. Earlier terms are taken to have been as long as the one from `term_start` to
    `term_end`, one ending where the next began, and on that day the next one runs. A term
    shorter than half a month is counted in days; one without a length is twelve months. -#}
{% macro earlier_term_start(on_day, term_start, term_end, terms_after) -%}
    {%- set months = '(' ~ term_months(term_start, term_end) ~ ')' -%}
    {%- set apart = months_between(on_day, term_start) -%}
    {%- set months_left = '(' ~ apart ~ ' - case when '
        ~ add_months(term_start, '-' ~ apart) ~ ' <= ' ~ on_day
        ~ ' then 1 else 0 end)' -%}
    {%- set days = '(' ~ days_between(term_start, term_end) ~ ')' -%}
    {%- set days_left = '(' ~ days_between(on_day, term_start) ~ ' - 1)' -%}
    {%- set whole_terms = '-({left} - mod({left}, {length})'
        ~ ('' if terms_after else ' + {length}') ~ ')' -%}
    {%- set in_months = whole_terms.format(left=months_left, length=months) -%}
    {%- set in_days = whole_terms.format(left=days_left, length=days) -%}
    case
        when {{ months }} > 0 then {{ add_months(term_start, in_months) }}
        when {{ days }} > 0 then {{ add_days(term_start, in_days) }}
    end
{%- endmacro %}
