{#- The term end that lies some months after (or before) a known one. Counted from the day
    on which terms began where the known end is counted so too: a term that began on
    31 August ends on the last of February and then on 31 August again. -#}
{% macro term_end_after(began_on, term_end, months) -%}
    {%- set elapsed = months_between(month_of(began_on), month_of(term_end)) -%}
    case
        when {{ add_months(began_on, elapsed) }} = {{ term_end }}
            then {{ add_months(began_on, elapsed ~ ' + ' ~ months) }}
        else {{ add_months(term_end, months) }}
    end
{%- endmacro %}
