-- Two models agree: the accounts that ever started, at their ages, are the month.
with months as (
    select distinct dates.month from {{ ref('dates') }} as dates
    where dates.is_past
),

cohorts as (
    select
        months.month,
        retention_cohorts.slice_name,
        sum(retention_cohorts.current_arr) as closing_arr,
        sum(retention_cohorts.active_accounts) as closing_accounts
    from {{ ref('retention_cohorts') }} as retention_cohorts
    inner join months
        on
            retention_cohorts.age_months
            = {{ months_between('retention_cohorts.cohort_month', 'months.month') }}
    group by months.month, retention_cohorts.slice_name
),

company as (
    select * from {{ ref('arr_waterfall') }}
    where slice_name = 'all'
),

final as (
    select
        cohorts.month,
        cohorts.slice_name
    from cohorts
    left join company
        on cohorts.month = company.month
    where
        cohorts.closing_arr <> coalesce(company.closing_arr, 0)
        or cohorts.closing_accounts <> coalesce(company.closing_accounts, 0)
)

select * from final
