{#- Periods [holds_from, holds_until) that touch or overlap, merged into one, for each
    value of `columns`. A null holds_until is open. A period may be empty (something
    began and ended on one day): it is kept, as a moment. Of `first_of`, the merged
    period has what its earliest part had. -#}
{% macro merged_periods(relation, columns, first_of=[]) -%}
    {%- set keys = columns | join(', ') -%}
    select
        {{ keys }},
        min(holds_from) as holds_from,
        nullif(max({{ open_end('holds_until') }}), {{ date_literal('9999-12-31') }})
            as holds_until
        {%- for column in first_of %},
        max(case when starts_new = 1 then {{ column }} end) as {{ column }}
        {%- endfor %}
    from (
        select
            *,
            sum(starts_new) over (
                partition by {{ keys }}
                order by holds_from, {{ open_end('holds_until') }}, starts_new desc
                rows between unbounded preceding and current row
            ) as period_number
        from (
            select
                *,
                case
                    when holds_from <= max({{ open_end('holds_until') }}) over (
                        partition by {{ keys }}
                        order by
                            holds_from, {{ open_end('holds_until') }}
                            {%- for column in first_of %}, {{ column }} nulls last{% endfor %}
                        rows between unbounded preceding and 1 preceding
                    ) then 0
                    else 1
                end as starts_new
            from {{ relation }}
        ) as marked_periods
    ) as numbered_periods
    group by {{ keys }}, period_number
{%- endmacro %}
