-- One row per raw table, reason and column: how many raw rows were set aside for it.
with refused as (
    select * from {{ ref('quarantined_rows') }}
),

final as (
    select
        refused.table_name,
        refused.reason,
        coalesce(refused.column_name, 'the row') as column_name,
        cast(count(*) as bigint) as refused_rows
    from refused
    group by
        refused.table_name,
        refused.reason,
        coalesce(refused.column_name, 'the row')
)

select * from final
