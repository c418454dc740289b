-- One row per observation day, lead, outcome, predictor, touch tier and value that the
-- predictor had: how many customers had it who could have the outcome, and how many did.
-- rank_value is the value turned so that more of it announces the outcome; bin is what it
-- is counted with for a probability (-1: unknown).
with features as (
    select * from {{ ref('int_backtest_features') }}
),

cases as (
    select * from {{ ref('int_backtest_cases') }}
),

-- Counted for all outcomes at once, then one row each.
predictions as (
    {%- for predictor, reading in backtest_predictors().items() %}
    select
        cases.observed_on,
        cases.lead_days,
        cases.window_ends_on,
        cases.touch_tier,
        '{{ predictor }}' as predictor,
        cast({{ reading.value }} as bigint) as value
        {%- for outcome, could in backtest_outcomes().items() %},
        count(case when cases.{{ could }} then 1 end) as {{ outcome }}_observations,
        count(case when cases.{{ could }} and cases.{{ outcome }} then 1 end) as {{ outcome }}_outcomes
        {%- endfor %}
    from cases
    inner join features
        on
            cases.account_id = features.account_id
            and cases.observed_on = features.observed_on
    group by
        cases.observed_on,
        cases.lead_days,
        cases.window_ends_on,
        cases.touch_tier,
        cast({{ reading.value }} as bigint)
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

by_outcome as (
    {%- for outcome in backtest_outcomes() %}
    select
        predictions.observed_on,
        predictions.lead_days,
        predictions.window_ends_on,
        '{{ outcome }}' as outcome,
        predictions.predictor,
        predictions.touch_tier,
        predictions.value,
        predictions.{{ outcome }}_observations as observations,
        predictions.{{ outcome }}_outcomes as outcomes
    from predictions
    where predictions.{{ outcome }}_observations > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        by_outcome.observed_on,
        by_outcome.lead_days,
        by_outcome.window_ends_on,
        by_outcome.outcome,
        by_outcome.predictor,
        by_outcome.touch_tier,
        by_outcome.value * case by_outcome.predictor
            {%- for predictor, reading in backtest_predictors().items() %}
            when '{{ predictor }}'
                then case when by_outcome.outcome = 'expansion_10' then {{ reading.gain }} else {{ reading.loss }} end
            {%- endfor %}
        end as rank_value,
        coalesce(case by_outcome.predictor
            {%- for predictor, reading in backtest_predictors().items() %}
            when '{{ predictor }}'
                then least(by_outcome.value - mod(by_outcome.value, {{ reading.width }}), {{ reading.most }})
            {%- endfor %}
        end, -1) as bin,
        by_outcome.observations,
        by_outcome.outcomes
    from by_outcome
)

select * from final
