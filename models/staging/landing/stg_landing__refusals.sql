-- One row per raw row that could not be read as a row at all (too many or too few
-- fields), as the landing checks listed it. Empty when they did not run.
with landed as (
    {{ landing_refusals() | indent(4) }}
),

final as (
    select
        landed.table_name,
        landed.file_name,
        landed.line_number,
        landed.reason
    from landed
)

select * from final
