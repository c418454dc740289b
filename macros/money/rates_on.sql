{#- The rate of each currency on each day of `needed` (currency, valued_on), which names
    none twice: the last one on or before the day, else the first one after it (DECISIONS
    A4). Null where the currency has none. -#}
{% macro rates_on(needed, rates) -%}
    select
        candidates.currency,
        candidates.valued_on,
        candidates.rate,
        candidates.rate_date
    from (
        select
            needed_rates.currency,
            needed_rates.valued_on,
            known_rates.rate,
            known_rates.rate_date,
            row_number() over (
                partition by needed_rates.currency, needed_rates.valued_on
                order by
                    case
                        when known_rates.rate_date <= needed_rates.valued_on then 0
                        else 1
                    end,
                    case
                        when known_rates.rate_date <= needed_rates.valued_on
                            then known_rates.rate_date
                    end desc nulls last,
                    known_rates.rate_date asc nulls last
            ) as preference
        from {{ needed }} as needed_rates
        left join {{ rates }} as known_rates
            on needed_rates.currency = known_rates.currency
    ) as candidates
    where candidates.preference = 1
{%- endmacro %}
