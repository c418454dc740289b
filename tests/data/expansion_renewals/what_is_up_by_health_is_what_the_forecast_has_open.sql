-- The chart by health and the table of the forecast say the same of each month.
with months as (
    select
        renewal_months.month,
        renewal_months.arr_up_for_renewal
    from {{ ref('renewal_months') }} as renewal_months
),

forecast as (
    select
        forecast.month,
        forecast.open_arr
    from {{ ref('renewal_forecast') }} as forecast
    where forecast.scenario = 'expected'
),

final as (
    select
        forecast.month,
        forecast.open_arr,
        months.arr_up_for_renewal
    from forecast
    full outer join months
        on forecast.month = months.month
    where coalesce(forecast.open_arr, 0) <> coalesce(months.arr_up_for_renewal, 0)
)

select * from final
