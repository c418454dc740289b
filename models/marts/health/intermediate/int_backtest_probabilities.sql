-- One row per observation day, lead, outcome, predictor, touch tier and bin: what share
-- of such customers had the outcome, going by the windows that were over on that day
-- (grace included), and what then came. A bin with fewer than 20 past cases has the
-- rate of all past cases; where no window is over yet, nobody could have said anything:
-- null.
{%- set grace_days = whole_number_var('renewal_grace_days') %}
{%- set rate_of_all = safe_divide(
    'past_of_all.outcomes', 'past_of_all.observations'
) %}
{%- set rate_of_bin = safe_divide(
    'past_of_bins.outcomes', 'past_of_bins.observations'
) %}
with counts as (
    select * from {{ ref('int_backtest_counts') }}
),

by_bin as (
    select
        counts.observed_on,
        counts.window_ends_on,
        counts.lead_days,
        counts.outcome,
        counts.predictor,
        counts.bin,
        sum(counts.observations) as observations,
        sum(counts.outcomes) as outcomes
    from counts
    group by
        counts.observed_on,
        counts.window_ends_on,
        counts.lead_days,
        counts.outcome,
        counts.predictor,
        counts.bin
),

days as (
    select distinct
        by_bin.observed_on,
        by_bin.lead_days,
        by_bin.outcome,
        by_bin.predictor
    from by_bin
),

past_of_bins as (
    select
        days.observed_on,
        days.lead_days,
        days.outcome,
        days.predictor,
        by_bin.bin,
        cast(sum(by_bin.observations) as bigint) as observations,
        cast(sum(by_bin.outcomes) as bigint) as outcomes
    from days
    inner join by_bin
        on
            days.lead_days = by_bin.lead_days
            and days.outcome = by_bin.outcome
            and days.predictor = by_bin.predictor
            and days.observed_on
            >= {{ add_days('by_bin.window_ends_on', grace_days) }}
    group by days.observed_on, days.lead_days, days.outcome, days.predictor, by_bin.bin
),

past_of_all as (
    select
        past_of_bins.observed_on,
        past_of_bins.lead_days,
        past_of_bins.outcome,
        past_of_bins.predictor,
        cast(sum(past_of_bins.observations) as bigint) as observations,
        cast(sum(past_of_bins.outcomes) as bigint) as outcomes
    from past_of_bins
    group by
        past_of_bins.observed_on,
        past_of_bins.lead_days,
        past_of_bins.outcome,
        past_of_bins.predictor
),

to_predict as (
    select
        counts.observed_on,
        counts.lead_days,
        counts.outcome,
        counts.predictor,
        counts.touch_tier,
        counts.bin,
        cast(sum(counts.observations) as bigint) as observations,
        cast(sum(counts.outcomes) as bigint) as outcomes
    from counts
    group by
        counts.observed_on,
        counts.lead_days,
        counts.outcome,
        counts.predictor,
        counts.touch_tier,
        counts.bin
),

final as (
    select
        to_predict.observed_on,
        to_predict.lead_days,
        to_predict.outcome,
        to_predict.predictor,
        to_predict.touch_tier,
        to_predict.bin,
        to_predict.observations,
        to_predict.outcomes,
        cast({{ rate_of_all }} as decimal(7, 6)) as base_probability,
        cast(case
            when past_of_bins.observations >= 20
                then {{ rate_of_bin }}
            else {{ rate_of_all }}
        end as decimal(7, 6)) as probability
    from to_predict
    left join past_of_bins
        on
            to_predict.observed_on = past_of_bins.observed_on
            and to_predict.lead_days = past_of_bins.lead_days
            and to_predict.outcome = past_of_bins.outcome
            and to_predict.predictor = past_of_bins.predictor
            and to_predict.bin = past_of_bins.bin
    left join past_of_all
        on
            to_predict.observed_on = past_of_all.observed_on
            and to_predict.lead_days = past_of_all.lead_days
            and to_predict.outcome = past_of_all.outcome
            and to_predict.predictor = past_of_all.predictor
)

select * from final
