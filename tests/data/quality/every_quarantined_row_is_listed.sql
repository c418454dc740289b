-- One row per raw table whose count of refused rows is not the number of rows listed.
with listed as (
    select
        quarantined_rows.table_name,
        count(*) as rows_listed
    from {{ ref('quarantined_rows') }} as quarantined_rows
    group by quarantined_rows.table_name
),

final as (
    select
        counts.table_name,
        counts.quarantined,
        listed.rows_listed
    from {{ ref('raw_row_counts') }} as counts
    left join listed
        on counts.table_name = listed.table_name
    where counts.quarantined <> coalesce(listed.rows_listed, 0)
)

select * from final
