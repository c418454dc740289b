{#- amount x part / whole, rounded half up to the cent; 0 where whole is 0. `part` and
    `whole` are whole numbers or decimals with four places, and not negative. -#}
{% macro prorate(amount, part, whole) -%}
    {{ return(adapter.dispatch('prorate', 'bowtie')(amount, part, whole)) }}
{%- endmacro %}

{% macro default__prorate(amount, part, whole) -%}
    cast(case
        when {{ whole }} <> 0
            then round(
                cast({{ amount }} as numeric) * cast({{ part }} as numeric)
                / cast({{ whole }} as numeric), 2
            )
        else 0
    end as decimal(18, 2))
{%- endmacro %}

{% macro duckdb__prorate(amount, part, whole) -%}
    {%- set cents = 'cast(cast(' ~ amount ~ ' as decimal(38, 2)) * 100 as hugeint)' -%}
    {%- set top = 'cast(cast(' ~ part ~ ' as decimal(38, 4)) * 10000 as hugeint)' -%}
    {%- set bottom = 'cast(cast(' ~ whole ~ ' as decimal(38, 4)) * 10000 as hugeint)' -%}
    cast(case
        when {{ whole }} <> 0
            then ((abs({{ cents }}) * abs({{ top }}) * 2 + {{ bottom }}) // ({{ bottom }} * 2)) * 0.01
            * case when ({{ amount }} < 0) <> ({{ part }} < 0) then -1 else 1 end
        else 0
    end as decimal(18, 2))
{%- endmacro %}
