-- One and four quarters ahead of a quarter's end are the windows of 3 and 12 months
-- that end at the target, and the base is the window's base.
select
    nrr_forecast.forecast_on,
    nrr_forecast.quarters_ahead,
    nrr_forecast.actual_nrr,
    retention.nrr
from {{ ref('nrr_forecast') }} as nrr_forecast
inner join {{ ref('retention') }} as retention
    on
        {{ month_of('nrr_forecast.target_on') }} = retention.as_of_month
        and nrr_forecast.quarters_ahead * 3 = retention.window_months
        and retention.slice_name = 'all'
where
    nrr_forecast.actual_nrr is not null
    and {{ month_of(add_days('nrr_forecast.forecast_on', 1)) }}
    > {{ month_of('nrr_forecast.forecast_on') }}
    and (
        nrr_forecast.base_arr <> retention.base_arr
        or nrr_forecast.actual_nrr <> retention.nrr
    )
