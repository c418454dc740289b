-- One row per lead: how near the renewal forecast came in the twelve months that end
-- with the last one that is over and settled. Not with the as-of date's: what is in
-- grace leaves the month before it open, and on a month's last day it may be settled.
with accuracy as (
    select * from {{ ref('renewal_forecast_accuracy') }}
    where is_complete and available_arr > 0
),

last_settled as (
    select max(accuracy.month) as month from accuracy
),

summed as (
    select
        accuracy.lead_days,
        count(*) as months,
        sum(accuracy.available_arr) as available_arr,
        sum(accuracy.forecast_arr) as forecast_arr,
        sum(accuracy.renewed_arr) as renewed_arr,
        sum(accuracy.error_arr) as error_arr,
        sum(abs(accuracy.error_arr)) as absolute_error_arr,
        max(abs(accuracy.error_rate)) as largest_error_rate,
        sum(case when accuracy.error_arr > 0 then 1 else 0 end) as months_too_high
    from accuracy
    cross join last_settled
    where accuracy.month >= {{ add_months('last_settled.month', -11) }}
    group by accuracy.lead_days
),

final as (
    select
        summed.lead_days,
        cast(summed.months as bigint) as months,
        cast(summed.available_arr as decimal(18, 2)) as available_arr,
        {{ safe_divide('summed.forecast_arr', 'summed.available_arr') }}
            as forecast_gross_rate,
        {{ safe_divide('summed.renewed_arr', 'summed.available_arr') }} as gross_rate,
        {{ safe_divide('summed.error_arr', 'summed.available_arr') }} as error_rate,
        {{ safe_divide('summed.absolute_error_arr', 'summed.available_arr') }}
            as absolute_error_rate,
        cast(summed.largest_error_rate as decimal(12, 6)) as largest_error_rate,
        cast(summed.months_too_high as bigint) as months_too_high
    from summed
)

select * from final
