{#- Nearness, 0.1 to 1: 1 - days to the end of the term / 365, 1 on its last day and
    after it, 0.1 from 329 days on: far away is not nowhere. Without a term (NULL) the
    account can leave any day: 1. -#}
{% macro nearness(days_left) -%}
    {{ return(
        "cast(greatest(0.1, 1 - coalesce("
        ~ safe_divide("greatest(" ~ days_left ~ ", 0)", 365) ~ ", 0)) as decimal(12, 6))"
    ) }}
{%- endmacro %}
