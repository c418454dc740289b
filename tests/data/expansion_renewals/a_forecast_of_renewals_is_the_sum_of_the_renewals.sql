-- Over all months: the expected scenario is what each open renewal is expected to
-- bring, and what the as-of date's month has brought by now.
with renewals as (
    select
        coalesce(sum(renewals.arr_up_for_renewal), 0) as available_arr,
        coalesce(sum(coalesce(renewals.renewed_arr, renewals.forecast_arr)), 0)
            as forecast_arr
    from {{ ref('renewals') }} as renewals
    where
        renewals.is_open
        or {{ month_of('renewals.term_end_date') }} >= {{ month_of(as_of()) }}
),

forecast as (
    select
        coalesce(sum(forecast.available_arr), 0) as available_arr,
        coalesce(sum(forecast.forecast_arr), 0) as forecast_arr
    from {{ ref('renewal_forecast') }} as forecast
    where forecast.scenario = 'expected'
),

scenarios as (
    select
        forecast.month,
        min(forecast.available_arr) as least_available_arr,
        max(forecast.available_arr) as most_available_arr,
        max(forecast.forecast_arr) as most_forecast_arr,
        max(case when forecast.scenario = 'expected' then forecast.forecast_arr end)
            as expected_arr
    from {{ ref('renewal_forecast') }} as forecast
    group by forecast.month
)

select
    cast(null as date) as month,
    renewals.forecast_arr
from renewals
cross join forecast
where
    renewals.available_arr <> forecast.available_arr
    or renewals.forecast_arr <> forecast.forecast_arr
union all
select
    scenarios.month,
    scenarios.most_forecast_arr as forecast_arr
from scenarios
where
    scenarios.least_available_arr <> scenarios.most_available_arr
    or scenarios.most_forecast_arr <> scenarios.expected_arr
