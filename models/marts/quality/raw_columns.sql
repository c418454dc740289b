-- One row per raw table and column with which it was delivered: what a later run is
-- compared with, since a column that is gone leaves only empty values behind.
with columns_delivered as (
    select * from {{ ref('stg_landing__columns') }}
),

final as (
    select
        columns_delivered.table_name,
        columns_delivered.column_name
    from columns_delivered
)

select * from final
