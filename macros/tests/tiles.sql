{#- Fails with each row [from, below) that does not end where the next one begins, with
    the first if it begins above `starts_at`, and with the last unless it is open (NULL)
    or, where `ends_above` is given, ends above that. `columns` name what is tiled apart. -#}
{% test tiles(model, from_value, below_value, columns=[], starts_at=0, ends_above=none) -%}
{%- set apart = 'partition by ' ~ columns | join(', ') if columns else '' %}
    select *
    from (
        select
            *,
            row_number() over ({{ apart }} order by {{ from_value }}, {{ below_value }})
                as place,
            lead({{ from_value }}) over (
                {{ apart }} order by {{ from_value }}, {{ below_value }}
            ) as next_from
        from {{ model }}
    ) as ranges
    where
        (ranges.place = 1 and ranges.{{ from_value }} > {{ starts_at }})
        or (
            ranges.next_from is not null
            and coalesce(ranges.{{ below_value }} <> ranges.next_from, true)
        )
        or (
            ranges.next_from is null
            and ranges.{{ below_value }} is not null
            {%- if ends_above is not none %}
            and ranges.{{ below_value }} <= {{ ends_above }}
            {%- endif %}
        )
{%- endtest %}
