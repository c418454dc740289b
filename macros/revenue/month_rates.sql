{#- The rates by which a line is valued in a month: under currency_policy `historical` the
    month's own; none under `constant`, where it stays at the reference date's. -#}
{% macro month_rates() -%}
    select * from {{ ref('int_exchange_rates') }}
    where
        month is not null
        and '{{ choice_var("currency_policy", ["constant", "historical"]) }}'
        = 'historical'
{%- endmacro %}
