-- One row per check and what it looked at: how it ended. dbt leaves the table empty,
-- and `bowtie` fills it once the build is over, since a test cannot read its own
-- outcome.
with final as (
    select
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as check_name,
        cast(null as {{ dbt.type_string() }}) as subject,
        cast(null as {{ dbt.type_string() }}) as severity,
        cast(null as {{ dbt.type_string() }}) as outcome,
        cast(null as decimal(24, 6)) as measured_value,
        cast(null as {{ dbt.type_string() }}) as expected,
        cast(null as {{ dbt.type_string() }}) as message
    where 1 = 0
)

select * from final
