-- One row per raw table: where each of its rows went.
-- rows_in = staged + quarantined + deduplicated + not_yet + erased; a test says so.
with counts as (
    select * from {{ ref('stg_landing__row_counts') }}
),

unreadable as (
    select
        refusals.table_name,
        count(*) as refused_rows
    from {{ ref('stg_landing__refusals') }} as refusals
    group by refusals.table_name
),

final as (
    select
        counts.table_name,
        cast(counts.rows_in + coalesce(unreadable.refused_rows, 0) as bigint)
            as rows_in,
        cast(counts.staged as bigint) as staged,
        cast(counts.quarantined + coalesce(unreadable.refused_rows, 0) as bigint)
            as quarantined,
        cast(counts.deduplicated as bigint) as deduplicated,
        cast(counts.not_yet as bigint) as not_yet,
        cast(counts.erased as bigint) as erased
    from counts
    left join unreadable
        on counts.table_name = unreadable.table_name
)

select * from final
