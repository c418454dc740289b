{#- The rates of the currencies in which opportunities stand, the reporting one aside, on
    the reference date, as the ledger values contracts: what rates_on gives. -#}
{% macro opportunity_rates(opportunities, rates) -%}
    {%- set currencies -%}
    (
        select distinct
            currency,
            {{ fx_reference_date() }} as valued_on
        from {{ opportunities }}
        where currency <> '{{ currency_var("reporting_currency") }}'
    )
    {%- endset -%}
    {{ rates_on(currencies, rates) }}
{%- endmacro %}
