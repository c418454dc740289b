{#- Whether the ends of a subscription's terms are renewals. What rolls on in terms under
    renewal_term_months_min only goes on: it would be about to end every day
    (DECISIONS E1). -#}
{% macro is_renewal_term(term_start, term_end) -%}
    {{ term_months(term_start, term_end) }}
    >= {{ whole_number_var('renewal_term_months_min', at_least=1) }}
{%- endmacro %}
