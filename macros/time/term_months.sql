{#- How long a term is, in whole months, to the nearest: billers write a year as 1 January
    to 1 January or to 31 December. One without a length is a year. -#}
{% macro term_months(term_start, term_end) -%}
    case
        when {{ term_start }} < {{ term_end }}
            then cast(
                    floor(
                        ({{ days_between(term_start, term_end) }}) * 24 / 730.5 + 0.5
                    ) as integer
                )
        else 12
    end
{%- endmacro %}
