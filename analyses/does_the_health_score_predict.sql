-- One row per lead, outcome and predictor: does the health score tell beforehand what
-- becomes of customers, and does it beat the simpler guesses? All customers together;
-- by touch tier in the mart. How sure the figures are: bowtie.backtest (whole accounts
-- resampled).
with backtest as (
    select * from {{ ref('health_backtest') }}
    where slice_name = 'all'
),

final as (
    select
        backtest.outcome,
        backtest.lead_days,
        backtest.predictor,
        backtest.observations,
        backtest.outcomes,
        backtest.base_rate,
        backtest.coverage,
        backtest.auc,
        backtest.top_decile_lift,
        backtest.brier_score,
        backtest.brier_score_of_base_rate,
        backtest.red_rate,
        backtest.yellow_rate,
        backtest.green_rate,
        backtest.unscored_rate,
        backtest.red_recall,
        backtest.red_precision,
        backtest.red_treated_observations,
        backtest.red_treated_rate,
        backtest.red_untreated_rate,
        backtest.median_warning_days,
        backtest.band_flips_a_year
    from backtest
    order by
        backtest.outcome,
        backtest.lead_days,
        case when backtest.predictor = 'health_score' then 0 else 1 end,
        backtest.predictor
)

select * from final
