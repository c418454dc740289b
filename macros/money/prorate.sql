{#- amount x part / whole, rounded half up to the cent; 0 where whole is 0. `part` and
    `whole` have at most `places` decimals (4, or 0 for whole numbers); `whole` is not
    negative. -#}
{% macro prorate(amount, part, whole, places=4) -%}
    {{ return(adapter.dispatch('prorate', 'bowtie')(amount, part, whole, places)) }}
{%- endmacro %}

{% macro default__prorate(amount, part, whole, places) -%}
    cast(case
        when {{ whole }} <> 0
            then round(
                cast({{ amount }} as numeric) * cast({{ part }} as numeric)
                / cast({{ whole }} as numeric), 2
            )
        else 0
    end as decimal(18, 2))
{%- endmacro %}

{#- 64 bits hold less than a hundred million and 400 million parts (40,000 with four
    decimals), and divide thirty times as fast as 128. -#}
{% macro duckdb__prorate(amount, part, whole, places) -%}
    {%- set parts = 400000000 // 10 ** places -%}
    case
        when abs({{ amount }}) < 100000000
            and abs({{ part }}) < {{ parts }} and {{ whole }} < {{ parts }}
            then {{ prorated(amount, part, whole, places, 9, 'bigint') }}
        else {{ prorated(amount, part, whole, places, 38, 'hugeint') }}
    end
{%- endmacro %}

{% macro prorated(amount, part, whole, places, digits, integer_type) -%}
    {%- set scaled = ' as decimal(' ~ digits ~ ', ' ~ places ~ ')) * cast(' ~ 10 ** places
        ~ ' as decimal(' ~ (places + 1) ~ ', 0)) as ' ~ integer_type ~ ')' -%}
    {%- set money_type = 'decimal(' ~ [digits + 1, 38] | min ~ ', 2)' -%}
    {%- set cents = 'cast(cast(' ~ amount ~ ' as ' ~ money_type ~ ') * cast(100 as decimal(3, 0)) as ' ~ integer_type ~ ')' -%}
    {%- set top = 'cast(cast(' ~ part ~ scaled -%}
    {%- set bottom = 'cast(cast(' ~ whole ~ scaled -%}
    cast(case
        when {{ whole }} <> 0
            then cast(
                (abs({{ cents }}) * abs({{ top }}) * 2 + {{ bottom }}) // ({{ bottom }} * 2)
                * case when ({{ amount }} < 0) <> ({{ part }} < 0) then -1 else 1 end as decimal(18, 0)
            ) * cast(0.01 as decimal(2, 2))
        else 0
    end as decimal(18, 2))
{%- endmacro %}

{% macro spark__prorate(amount, part, whole, places) -%}
    {%- set whole_number = 'cast(cast({} as decimal(38, {})) * {} as decimal(38, 0))' -%}
    {%- set cents = whole_number.format(amount, 2, 100) -%}
    {%- set top = whole_number.format(part, 4, 10000) -%}
    {%- set bottom = whole_number.format(whole, 4, 10000) -%}
    cast(case
        when {{ whole }} <> 0
            then cast(
                (abs({{ cents }}) * abs({{ top }}) * 2 + {{ bottom }}) div ({{ bottom }} * 2)
                as decimal(19, 0)
            ) * case when ({{ amount }} < 0) <> ({{ part }} < 0) then -0.01 else 0.01 end
        else 0
    end as decimal(18, 2))
{%- endmacro %}
