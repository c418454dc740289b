{#- When the term ends that runs on a day. A subscription shows only its current term;
    on a day before it began an earlier one ran (earlier_term_start). -#}
{% macro next_term_end(on_day, term_start, term_end) -%}
    case
        when {{ on_day }} >= coalesce({{ term_start }}, {{ on_day }})
            then {{ term_end }}
        else {{ earlier_term_start(on_day, term_start, term_end, 1) | indent(8) }}
    end
{%- endmacro %}
