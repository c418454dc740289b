-- One row per horizon (quarters ahead, and `all`): how earlier forecasts of NRR fared
-- against what came. What an interval is worth is how often it held what came; what
-- the correction by earlier errors is worth, by how much less forecasts missed with it.
with forecasts as (
    select * from {{ ref('nrr_forecast') }}
    where actual_nrr is not null
),

horizons as (
    select
        forecasts.*,
        'all' as horizon
    from forecasts
    union all
    select
        forecasts.*,
        cast(forecasts.quarters_ahead as varchar(2)) as horizon
    from forecasts
),

summed as (
    select
        horizons.horizon,
        count(*) as forecasts,
        count(horizons.is_inside_interval) as intervals,
        sum(case when horizons.is_inside_interval then 1 else 0 end) as intervals_held,
        sum(case when horizons.actual_nrr > horizons.high_nrr then 1 else 0 end)
            as outcomes_above,
        sum(case when horizons.actual_nrr < horizons.low_nrr then 1 else 0 end)
            as outcomes_below,
        sum(abs(horizons.forecast_error)) as error_sum,
        sum(abs(horizons.raw_nrr - horizons.actual_nrr)) as raw_error_sum,
        max(abs(horizons.forecast_error)) as largest_absolute_error
    from horizons
    group by horizons.horizon
),

final as (
    select
        summed.horizon,
        cast(summed.forecasts as bigint) as forecasts,
        cast(summed.intervals as bigint) as intervals,
        cast(summed.intervals_held as bigint) as intervals_held,
        {{ safe_divide('summed.intervals_held', 'summed.intervals') }} as held_share,
        cast(summed.outcomes_above as bigint) as outcomes_above,
        cast(summed.outcomes_below as bigint) as outcomes_below,
        {{ exact_divide('summed.error_sum', 'summed.forecasts') }}
            as mean_absolute_error,
        {{ exact_divide('summed.raw_error_sum', 'summed.forecasts') }}
            as raw_mean_absolute_error,
        summed.error_sum < summed.raw_error_sum as has_correction_helped,
        cast(summed.largest_absolute_error as decimal(12, 6)) as largest_absolute_error
    from summed
)

select * from final
