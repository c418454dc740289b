{#- Fails with each period [from, to) that begins before an earlier one of the same
    owner (`columns`) has ended. A null end is open. -#}
{% test no_overlapping_periods(model, columns, from_date, to_date) -%}
    select *
    from (
        select
            *,
            max({{ open_end(to_date) }}) over (
                partition by {{ columns | join(', ') }}
                order by {{ from_date }}, {{ open_end(to_date) }}
                rows between unbounded preceding and 1 preceding
            ) as taken_until
        from {{ model }}
    ) as periods
    where periods.taken_until > periods.{{ from_date }}
{%- endtest %}
