-- One row per lead, outcome, predictor and slice: does the health score tell beforehand
-- what becomes of customers, and better than simpler guesses? Read health_score's auc
-- beside that of the others in the same lead, outcome and slice. What is about bands
-- stands on the rows of health_score alone. No figure may be added or averaged over
-- rows.
with rankings as (
    select * from {{ ref('int_backtest_rankings') }}
),

brier as (
    select * from {{ ref('int_backtest_brier_scores') }}
),

bands as (
    select * from {{ ref('int_backtest_bands') }}
),

warnings as (
    select * from {{ ref('int_backtest_warnings') }}
),

by_band as (
    select
        bands.lead_days,
        bands.outcome,
        'health_score' as predictor,
        bands.slice_name,
        bands.slice_value,
        cast(sum(bands.unforeseen_outcomes) as bigint) as unforeseen_outcomes,
        cast(sum(bands.outcomes) as bigint) as outcomes
        {%- for band in ['red', 'yellow', 'green', 'unscored'] %},
        cast(
            sum(
                case when bands.band = '{{ band }}' then bands.observations else 0 end
            ) as bigint
        )
            as {{ band }}_observations,
        cast(
            sum(
                case when bands.band = '{{ band }}' then bands.outcomes else 0 end
            ) as bigint
        )
            as {{ band }}_outcomes
        {%- endfor %},
        cast(
            sum(
                case when bands.band = 'red' then bands.treated_observations else 0 end
            ) as bigint
        )
            as red_treated_observations,
        cast(
            sum(
                case when bands.band = 'red' then bands.treated_outcomes else 0 end
            ) as bigint
        )
            as red_treated_outcomes
    from bands
    group by bands.lead_days, bands.outcome, bands.slice_name, bands.slice_value
),

final as (
    select
        rankings.lead_days,
        rankings.outcome,
        rankings.predictor,
        rankings.slice_name,
        rankings.slice_value,
        rankings.observations,
        rankings.outcomes,
        by_band.unforeseen_outcomes,
        {{ safe_divide('rankings.outcomes', 'rankings.observations') }} as base_rate,
        {{ safe_divide('rankings.known_observations', 'rankings.observations') }}
            as coverage,
        rankings.auc,
        rankings.top_decile_lift,
        coalesce(brier.forecasts, 0) as forecasts,
        brier.brier_score,
        brier.brier_score_of_base_rate,
        {%- for band in ['red', 'yellow', 'green', 'unscored'] %}
        by_band.{{ band }}_observations,
        {{ safe_divide(
            'by_band.' ~ band ~ '_outcomes', 'by_band.' ~ band ~ '_observations'
        ) }}
            as {{ band }}_rate,
        {%- endfor %}
        {{ safe_divide('by_band.red_outcomes', 'by_band.outcomes') }} as red_recall,
        {{ safe_divide('by_band.red_outcomes', 'by_band.red_observations') }}
            as red_precision,
        by_band.red_treated_observations,
        {{ safe_divide(
            'by_band.red_treated_outcomes', 'by_band.red_treated_observations'
        ) }}
            as red_treated_rate,
        {{ safe_divide(
            '(by_band.red_outcomes - by_band.red_treated_outcomes)',
            '(by_band.red_observations - by_band.red_treated_observations)'
        ) }} as red_untreated_rate,
        warnings.churns,
        warnings.warned_churns,
        warnings.median_warning_days,
        warnings.band_flips_a_year
    from rankings
    left join brier
        on
            rankings.lead_days = brier.lead_days
            and rankings.outcome = brier.outcome
            and rankings.predictor = brier.predictor
            and rankings.slice_name = brier.slice_name
            and rankings.slice_value = brier.slice_value
    left join by_band
        on
            rankings.lead_days = by_band.lead_days
            and rankings.outcome = by_band.outcome
            and rankings.predictor = by_band.predictor
            and rankings.slice_name = by_band.slice_name
            and rankings.slice_value = by_band.slice_value
    left join warnings
        on
            rankings.predictor = 'health_score'
            and rankings.slice_name = warnings.slice_name
            and rankings.slice_value = warnings.slice_value
)

select * from final
