{#- numerator / denominator rounded half up to some places (at most 6), for numbers from
    0 to below 100,000 with six places; NULL when the denominator is 0 or NULL. What
    safe_divide does for money, in 64 bits: a score divides tens of millions of times,
    and 128 bits cost it eight times as much. -#}
{% macro small_divide(numerator, denominator, places=6) -%}
    {{ return(adapter.dispatch('small_divide', 'bowtie')(numerator, denominator, places)) }}
{%- endmacro %}

{% macro default__small_divide(numerator, denominator, places) -%}
    cast(case
        when {{ denominator }} <> 0
            then round(
                cast({{ numerator }} as numeric) / cast({{ denominator }} as numeric), {{ places }}
            )
    end as decimal(11, {{ places }}))
{%- endmacro %}

{% macro duckdb__small_divide(numerator, denominator, places) -%}
    {%- set million = 'cast(1000000 as decimal(7, 0))' -%}
    {%- set top = 'cast(cast(' ~ numerator ~ ' as decimal(11, 6)) * ' ~ million ~ ' as bigint)' -%}
    {%- set bottom = 'cast(cast(' ~ denominator ~ ' as decimal(11, 6)) * ' ~ million ~ ' as bigint)' -%}
    cast(case
        when {{ denominator }} <> 0
            then cast(({{ top }} * {{ 2 * 10 ** places }} + {{ bottom }}) // ({{ bottom }} * 2) as decimal(11, 0))
            * cast({{ '0.' ~ '0' * (places - 1) ~ '1' }} as decimal({{ places }}, {{ places }}))
    end as decimal(11, {{ places }}))
{%- endmacro %}

{% macro spark__small_divide(numerator, denominator, places) -%}
    {%- set million = "cast(cast({} as decimal(11, 6)) * 1000000 as bigint)" -%}
    {%- set top, bottom = million.format(numerator), million.format(denominator) -%}
    cast(case
        when {{ denominator }} <> 0
            then cast(
                ({{ top }} * {{ 2 * 10 ** places }} + {{ bottom }}) div ({{ bottom }} * 2) as decimal(11, 0)
            ) * {{ '0.' ~ '0' * (places - 1) ~ '1' if places else '1' }}
    end as decimal(11, {{ places }}))
{%- endmacro %}
