{#- When the term ends that runs on a day on which the shown one is over, or (`terms_after`
    = 0) when it began. Terms roll on by the length of the one from `term_start` to
    `term_end`, to the first end after the day (DECISIONS E1). -#}
{% macro later_term(on_day, began_on, term_start, term_end, terms_after) -%}
    {%- set length = '(' ~ term_months(term_start, term_end) ~ ')' -%}
    {%- set apart = months_between(term_end, on_day) -%}
    {%- set whole_terms = '(' ~ apart ~ ' - mod(' ~ apart ~ ', ' ~ length ~ '))' -%}
    {%- set months = '(' ~ whole_terms ~ ' + case when '
        ~ term_end_after(began_on, term_end, whole_terms) ~ ' > ' ~ on_day
        ~ ' then 0 else ' ~ length ~ ' end)' -%}
    {%- set later_end = term_end_after(began_on, term_end, months) -%}
    {%- if terms_after -%}
        {{ later_end }}
    {%- else -%}
        case
            when {{ term_start }} < {{ term_end }}
                then {{ term_end_after(began_on, term_start, months) | indent(16) }}
            else {{ add_months(later_end, '-' ~ length) }}
        end
    {%- endif -%}
{%- endmacro %}
