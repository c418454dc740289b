-- And at age 0 it has all of it; every age up to as_of_date's month has its row.
with cohorts as (
    select
        retention_cohorts.*,
        count(*) over (
            partition by
                retention_cohorts.cohort_month,
                retention_cohorts.slice_name,
                retention_cohorts.slice_value
        ) as ages
    from {{ ref('retention_cohorts') }} as retention_cohorts
),

final as (
    select
        cohorts.cohort_month,
        cohorts.slice_name,
        cohorts.slice_value,
        cohorts.age_months
    from cohorts
    where
        cohorts.gross_retained_arr > cohorts.cohort_arr
        or cohorts.gross_retained_arr > cohorts.current_arr
        or cohorts.active_accounts > cohorts.cohort_accounts
        or cohorts.cohort_arr <= 0
        or cohorts.grr > cohorts.nrr
        or (cohorts.age_months = 0 and cohorts.current_arr <> cohorts.cohort_arr)
        or (
            cohorts.age_months = 0
            and cohorts.active_accounts <> cohorts.cohort_accounts
        )
        or cohorts.age_months < 0
        or cohorts.ages
        <> {{ months_between('cohorts.cohort_month', month_of(as_of())) }} + 1
)

select * from final
