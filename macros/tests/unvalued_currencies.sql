{#- The currencies of a relation `in_use` that no exchange rate values; the reporting
    currency needs none. -#}
{% macro unvalued_currencies() -%}
    select in_use.currency
    from in_use
    left join {{ ref('stg_billing__exchange_rates') }} as rates
        on in_use.currency = rates.currency
    where
        in_use.currency <> '{{ currency_var("reporting_currency") }}'
        and rates.currency is null
{%- endmacro %}
