{#- The ARR of one subscription item in its own currency (definitions: ARR):
    quantity x unit price x (1 - discount) x periods a year / interval count, exact,
    then rounded half up to the cent. `with_discount=false` gives the list price's. -#}
{% macro item_arr(item, with_discount=true) -%}
    {{ return(adapter.dispatch('item_arr', 'bowtie')(item, with_discount)) }}
{%- endmacro %}

{#- A year as the definitions count it, so that a yearly and a monthly price compare. -#}
{% macro periods_a_year(billing_interval) -%}
    case {{ billing_interval }}
        when 'day' then 365
        when 'week' then 52
        when 'month' then 12
        when 'year' then 1
    end
{%- endmacro %}

{% macro default__item_arr(item, with_discount) -%}
    cast(round(
        cast({{ item }}.quantity as numeric) * {{ item }}.unit_price
        {%- if with_discount %}
        * (100 - {{ item }}.discount_percent) / 100
        {%- endif %}
        * {{ periods_a_year(item ~ '.billing_interval') }} / {{ item }}.interval_count, 2
    ) as decimal(18, 2))
{%- endmacro %}

{#- In whole numbers: 4, 6 and 4 decimals of quantity, price and discount, 2 of cents. -#}
{% macro duckdb__item_arr(item, with_discount) -%}
    {%- set quantity = 'cast(cast(' ~ item ~ '.quantity as decimal(38, 4)) * 10000 as hugeint)' -%}
    {%- set price = 'cast(cast(' ~ item ~ '.unit_price as decimal(38, 6)) * 1000000 as hugeint)' -%}
    {%- set share = 'cast(1000000 - cast(' ~ item ~ '.discount_percent as decimal(38, 4)) * 10000 as hugeint)'
        if with_discount else 'cast(1000000 as hugeint)' -%}
    {%- set divisor = 'cast(100000000000000 as hugeint) * ' ~ item ~ '.interval_count' -%}
    cast((
        (
            {{ quantity }} * {{ price }} * {{ share }} * 2
            * {{ periods_a_year(item ~ '.billing_interval') }} + {{ divisor }}
        ) // ({{ divisor }} * 2)
    ) * 0.01 as decimal(18, 2))
{%- endmacro %}

{% macro spark__item_arr(item, with_discount) -%}
    {%- set whole_number = 'cast(cast({} as decimal(38, 6)) * {} as decimal(38, 0))' -%}
    {%- set quantity = whole_number.format(item ~ '.quantity', 10000) -%}
    {%- set price = whole_number.format(item ~ '.unit_price', 1000000) -%}
    {%- set share = whole_number.format('100 - ' ~ item ~ '.discount_percent', 10000)
        if with_discount else '1000000' -%}
    {%- set divisor = 'cast(100000000000000 as decimal(38, 0)) * ' ~ item ~ '.interval_count' -%}
    cast(cast(
        (
            {{ quantity }} * {{ price }} * {{ share }} * 2
            * {{ periods_a_year(item ~ '.billing_interval') }} + {{ divisor }}
        ) div ({{ divisor }} * 2) as decimal(19, 0)
    ) * 0.01 as decimal(18, 2))
{%- endmacro %}
