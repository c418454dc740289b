-- One row per day on which net retention is forecast (as_of_date, and the past quarter
-- ends, so that the method shows its accuracy) and quarter ahead, 1 to 4, of three
-- months each: NRR of that day's accounts at target_on. Raw forecast = base + what
-- renewals, pipeline and signals are expected to bring; it then moves by the mean error
-- that forecasts so far ahead had made by that day, since nothing of it knows what
-- happens between terms.
-- Interval: the lowest and highest of those errors. If errors keep coming as they did,
-- the next one lies between them with probability (n - 1) / (n + 1), the
-- interval_coverage.
with changes as (
    select * from {{ ref('int_net_changes') }}
),

raw_forecasts as (
    select
        changes.*,
        {{ safe_divide(
            '(changes.base_arr + changes.renewal_loss_arr + changes.renewal_growth_arr'
            ~ ' + changes.pipeline_arr + changes.signals_arr)',
            'changes.base_arr'
        ) }} as raw_nrr,
        {{ safe_divide('changes.actual_arr', 'changes.base_arr') }} as actual_nrr
    from changes
),

-- The mean is taken of the sum in ten-thousandths of a percent: safe_divide reads
-- cents.
known_errors as (
    select
        raw_forecasts.forecast_on,
        raw_forecasts.quarters_ahead,
        count(*) as past_forecasts,
        sum(earlier.actual_nrr - earlier.raw_nrr) as error_sum,
        min(earlier.actual_nrr - earlier.raw_nrr) as lowest_error,
        max(earlier.actual_nrr - earlier.raw_nrr) as highest_error
    from raw_forecasts
    inner join raw_forecasts as earlier
        on
            raw_forecasts.quarters_ahead = earlier.quarters_ahead
            and raw_forecasts.forecast_on > earlier.forecast_on
            and raw_forecasts.forecast_on >= earlier.target_on
    group by raw_forecasts.forecast_on, raw_forecasts.quarters_ahead
),

with_errors as (
    select
        raw_forecasts.*,
        coalesce(known_errors.past_forecasts, 0) as past_forecasts,
        coalesce(
            {{ exact_divide('known_errors.error_sum', 'known_errors.past_forecasts') }},
            0
        )
            as bias_correction,
        case when known_errors.past_forecasts >= 2 then known_errors.lowest_error end
            as lowest_error,
        case when known_errors.past_forecasts >= 2 then known_errors.highest_error end
            as highest_error
    from raw_forecasts
    left join known_errors
        on
            raw_forecasts.forecast_on = known_errors.forecast_on
            and raw_forecasts.quarters_ahead = known_errors.quarters_ahead
),

{%- set rates = {
    'forecast_nrr': 'bias_correction',
    'low_nrr': 'lowest_error',
    'high_nrr': 'highest_error'
} %}

-- No account keeps less than nothing, whatever errors were; and as ratios are, these
-- are shown as no more than the column holds (DECISIONS A11).
forecasts as (
    select
        {%- for rate, error in rates.items() %}
        case
            when with_errors.{{ error }} is not null
                then greatest(
                        least(
                            with_errors.raw_nrr + with_errors.{{ error }}, 999999.999999
                        ), 0
                    )
        end as {{ rate }},
        {%- endfor %}
        with_errors.*
    from with_errors
),

final as (
    select
        forecasts.forecast_on,
        cast(forecasts.quarters_ahead as integer) as quarters_ahead,
        forecasts.target_on,
        forecasts.is_current,
        forecasts.base_accounts,
        forecasts.base_arr,
        forecasts.renewal_loss_arr,
        forecasts.renewal_growth_arr,
        forecasts.pipeline_arr,
        forecasts.signals_arr,
        forecasts.raw_nrr,
        cast(forecasts.bias_correction as decimal(12, 6)) as bias_correction,
        cast(forecasts.forecast_nrr as decimal(12, 6)) as forecast_nrr,
        cast(forecasts.low_nrr as decimal(12, 6)) as low_nrr,
        cast(forecasts.high_nrr as decimal(12, 6)) as high_nrr,
        cast(forecasts.past_forecasts as bigint) as past_forecasts,
        case
            when forecasts.past_forecasts >= 2
                then {{ safe_divide(
                    '(forecasts.past_forecasts - 1)', '(forecasts.past_forecasts + 1)'
                ) }}
        end as interval_coverage,
        forecasts.actual_arr,
        forecasts.actual_nrr,
        cast(forecasts.forecast_nrr - forecasts.actual_nrr as decimal(12, 6))
            as forecast_error,
        forecasts.actual_nrr between forecasts.low_nrr and forecasts.high_nrr
            as is_inside_interval
    from forecasts
)

select * from final
