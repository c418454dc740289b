-- One row per check and what it looked at: how it ended. dbt leaves the table empty,
-- and `bowtie` fills it once the build is over, since a test cannot read its own
-- outcome.
with final as (
    select
        cast(null as varchar) as source,
        cast(null as varchar) as check_name,
        cast(null as varchar) as subject,
        cast(null as varchar) as severity,
        cast(null as varchar) as outcome,
        cast(null as decimal(24, 6)) as measured_value,
        cast(null as varchar) as expected,
        cast(null as varchar) as message
    where 1 = 0
)

select * from final
