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

{#- 64 bits hold less than a hundred million and 40,000 parts, and divide thirty times as
    fast as 128. -#}
{% macro duckdb__prorate(amount, part, whole) -%}
    case
        when abs({{ amount }}) < 100000000
            and abs({{ part }}) < 40000 and {{ whole }} < 40000
            then {{ prorated(amount, part, whole, 'decimal(10, 2)', 'decimal(9, 4)', 'bigint') }}
        else {{ prorated(amount, part, whole, 'decimal(38, 2)', 'decimal(38, 4)', 'hugeint') }}
    end
{%- endmacro %}

{% macro prorated(amount, part, whole, money_type, part_type, integer_type) -%}
    {%- set ten_thousand = ' as ' ~ part_type ~ ') * cast(10000 as decimal(5, 0)) as ' ~ integer_type ~ ')' -%}
    {%- set cents = 'cast(cast(' ~ amount ~ ' as ' ~ money_type ~ ') * cast(100 as decimal(3, 0)) as ' ~ integer_type ~ ')' -%}
    {%- set top = 'cast(cast(' ~ part ~ ten_thousand -%}
    {%- set bottom = 'cast(cast(' ~ whole ~ ten_thousand -%}
    cast(case
        when {{ whole }} <> 0
            then cast(
                (abs({{ cents }}) * abs({{ top }}) * 2 + {{ bottom }}) // ({{ bottom }} * 2)
                * case when ({{ amount }} < 0) <> ({{ part }} < 0) then -1 else 1 end as decimal(18, 0)
            ) * cast(0.01 as decimal(2, 2))
        else 0
    end as decimal(18, 2))
{%- endmacro %}

{% macro spark__prorate(amount, part, whole) -%}
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
