{#- When the term that ran on a day ends. A subscription shows only its current term:
    before it began, earlier ones of the same length are taken to have ended one where
    the next began. NULL without a term of whole months. -#}
{% macro next_term_end(on_day, term_start, term_end) -%}
    {%- set term_months = months_between(term_start, term_end) -%}
    {%- set whole_months = '(' ~ months_between(on_day, term_start)
        ~ ' - case when extract(day from ' ~ term_start ~ ') < extract(day from ' ~ on_day
        ~ ') then 1 else 0 end)' -%}
    case
        when {{ on_day }} >= coalesce({{ term_start }}, {{ on_day }}) then {{ term_end }}
        when {{ term_months }} > 0
            then {{ add_months(
                term_start, '-(' ~ whole_months ~ ' - mod(' ~ whole_months ~ ', ' ~ term_months ~ '))'
            ) }}
    end
{%- endmacro %}
