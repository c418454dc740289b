{#- numerator / denominator as decimal(12, 6), rounded half away from zero; NULL when the
    denominator is 0, or either is NULL. Both are decimals with two places, or whole numbers.
    A ratio of a million or more, which only a base of a few cents gives, is shown as
    999999.999999: the column holds no more, and one account must not stop a build.
    Engines disagree about dividing decimals (DuckDB turns them into doubles, and a
    rounded double is wrong in one case of a thousand), so it is done in whole numbers. -#}
{% macro safe_divide(numerator, denominator) -%}
    {{ return(adapter.dispatch('safe_divide', 'bowtie')(numerator, denominator)) }}
{%- endmacro %}

{% macro default__safe_divide(numerator, denominator) -%}
    cast(case
        when {{ denominator }} <> 0 and ({{ numerator }}) is not null
            then least(
                round(
                    cast({{ numerator }} as numeric) / cast({{ denominator }} as numeric), 6
                ),
                999999.999999
            )
    end as decimal(12, 6))
{%- endmacro %}

{#- 64 bits hold any pair below 40 billion, and divide thirty times as fast as 128. -#}
{% macro duckdb__safe_divide(numerator, denominator) -%}
    case
        when abs({{ numerator }}) < 40000000000 and abs({{ denominator }}) < 40000000000
            then {{ whole_number_ratio(numerator, denominator, 'decimal(14, 2)', 'bigint') }}
        else {{ whole_number_ratio(numerator, denominator, 'decimal(38, 2)', 'hugeint') }}
    end
{%- endmacro %}

{% macro whole_number_ratio(numerator, denominator, decimal_type, integer_type) -%}
    {%- set hundred = ' as ' ~ decimal_type ~ ') * cast(100 as decimal(3, 0)) as ' ~ integer_type ~ '))' -%}
    {%- set top = 'abs(cast(cast(' ~ numerator ~ hundred -%}
    {%- set bottom = 'abs(cast(cast(' ~ denominator ~ hundred -%}
    cast(case
        when {{ denominator }} <> 0 and ({{ numerator }}) is not null
            then cast(
                least(({{ top }} * 2000000 + {{ bottom }}) // ({{ bottom }} * 2), 999999999999)
                * case when ({{ numerator }} < 0) <> ({{ denominator }} < 0) then -1 else 1 end
                as decimal(12, 0)
            ) * cast(0.000001 as decimal(6, 6))
    end as decimal(12, 6))
{%- endmacro %}

{#- Spark's whole quotient has 64 bits, hence the question before it. -#}
{% macro spark__safe_divide(numerator, denominator) -%}
    {%- set cents = 'abs(cast(cast({} as decimal(38, 2)) * 100 as decimal(38, 0)))' -%}
    {%- set top, bottom = cents.format(numerator), cents.format(denominator) -%}
    cast(case
        when {{ denominator }} <> 0 and ({{ numerator }}) is not null
            then case
                when {{ top }} >= {{ bottom }} * 1000000 then 999999.999999
                else least(
                    cast(
                        ({{ top }} * 2000000 + {{ bottom }}) div ({{ bottom }} * 2)
                        as decimal(13, 0)
                    ) * 0.000001, 999999.999999
                )
            end * case when ({{ numerator }} < 0) <> ({{ denominator }} < 0) then -1 else 1 end
    end as decimal(12, 6))
{%- endmacro %}
