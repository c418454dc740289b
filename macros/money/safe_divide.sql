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

{% macro duckdb__safe_divide(numerator, denominator) -%}
    {%- set top = 'abs(cast(cast(' ~ numerator ~ ' as decimal(38, 2)) * 100 as hugeint))' -%}
    {%- set bottom = 'abs(cast(cast(' ~ denominator ~ ' as decimal(38, 2)) * 100 as hugeint))' -%}
    cast(case
        when {{ denominator }} <> 0 and ({{ numerator }}) is not null
            then least(
                ({{ top }} * 2000000 + {{ bottom }}) // ({{ bottom }} * 2), 999999999999
            ) * 0.000001
            * case when ({{ numerator }} < 0) <> ({{ denominator }} < 0) then -1 else 1 end
    end as decimal(12, 6))
{%- endmacro %}
