-- One row per raw table: the newest day of which it tells, and how long ago that was.
-- Tables whose rows have no day of their own (accounts, CSMs, products) have no age.
with newest as (
    {% for table, entry in raw_contract().items() %}
    select
        '{{ table }}' as table_name,
        '{{ entry["system"] }}' as source_system,
        count(*) as row_count,
        max({{ on_date(entry.get('visible_from'), entry['columns'], 'base') }})
            as newest_on
    from {{ ref(base_name(table)) }} as base
    where base.verdict = 'staged'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        newest.table_name,
        newest.source_system,
        cast(newest.row_count as bigint) as row_count,
        newest.newest_on,
        cast({{ days_between('newest.newest_on', as_of()) }} as bigint) as age_days
    from newest
)

select * from final
