-- One row per month up to the one that holds as_of_date: closes_on is the day whose
-- state is the month's figure, its last day or as_of_date (is_partial).
with dates as (
    select * from {{ ref('dates') }}
),

final as (
    select
        dates.month,
        max(dates.date_day) as closes_on,
        -- A month is whole once its last day is there.
        not coalesce(max(case when dates.is_month_end then 1 end) = 1, false)
            as is_partial
    from dates
    where dates.is_past
    group by dates.month
)

select * from final
