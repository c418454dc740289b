-- One row per observation day, lead, outcome, predictor, touch tier and value that the
-- predictor had: how many customers had it who could have the outcome, and how many
-- did.
with predictions as (
    select * from {{ ref('int_backtest_predictions') }}
),

cases as (
    select * from {{ ref('int_backtest_cases') }}
),

-- Counted for all outcomes at once, then one row each.
counted as (
    select
        cases.observed_on,
        cases.lead_days,
        cases.window_ends_on,
        cases.touch_tier,
        predictions.predictor,
        predictions.loss_rank,
        predictions.gain_rank,
        predictions.bin,
        {%- for outcome, could in backtest_outcomes().items() %}
        count(case when cases.{{ could }} then 1 end) as {{ outcome }}_observations,
        count(case when cases.{{ could }} and cases.{{ outcome }} then 1 end)
            as {{ outcome }}_outcomes,
        {%- endfor %}
        count(*) as cases
    from cases
    inner join predictions
        on
            cases.account_id = predictions.account_id
            and cases.observed_on = predictions.observed_on
    group by
        cases.observed_on,
        cases.lead_days,
        cases.window_ends_on,
        cases.touch_tier,
        predictions.predictor,
        predictions.loss_rank,
        predictions.gain_rank,
        predictions.bin
),

final as (
    {%- for outcome in backtest_outcomes() %}
    select
        counted.observed_on,
        counted.lead_days,
        counted.window_ends_on,
        '{{ outcome }}' as outcome,
        counted.predictor,
        counted.touch_tier,
        counted.{{ 'gain_rank' if outcome == 'expansion_10' else 'loss_rank' }}
            as rank_value,
        counted.bin,
        counted.{{ outcome }}_observations as observations,
        counted.{{ outcome }}_outcomes as outcomes
    from counted
    where counted.{{ outcome }}_observations > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
