-- One row per month from that of the first expansion opportunity to that of as_of_date:
-- closes_on is the day whose state is the month's figure.
with dates as (
    select * from {{ ref('dates') }}
),

deals as (
    select * from {{ ref('int_expansion_deals') }}
),

first_months as (
    select {{ month_of('min(deals.created_on)') }} as month
    from deals
),

final as (
    select
        dates.month,
        max(dates.date_day) as closes_on,
        {{ month_of(add_days('max(dates.date_day)', 1)) }} = dates.month as is_partial
    from dates
    inner join first_months
        on dates.month >= first_months.month
    where dates.is_past
    group by dates.month
)

select * from final
