-- One row per raw table and month in which its rows are dated: how many rows count, and
-- the most that any run up to this one saw. What a later run is compared with: a source
-- that loses a few rows a day is never far from yesterday, only from its best.
-- `bowtie` raises `most_rows` to the earlier generation's after the build.
with dated as (
    {% for table, entry in raw_contract().items() %}
    {%- set columns = entry['columns'] %}
    {%- set entered = 'created_at' if 'created_at' in columns %}
    {%- set dated_by = entry.get('visible_from') or entered %}
    select
        '{{ table }}' as table_name,
        {{ month_of(on_date(dated_by, columns, 'base')) }} as month
    from {{ ref(base_name(table)) }} as base
    where base.verdict = 'staged'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        dated.table_name,
        dated.month,
        cast(count(*) as bigint) as row_count,
        cast(count(*) as bigint) as most_rows,
        {{ as_of() }} as most_rows_on
    from dated
    group by dated.table_name, dated.month
)

select * from final
