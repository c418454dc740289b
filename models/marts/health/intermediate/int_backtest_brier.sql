-- One row per lead, outcome, predictor and slice: the mean squared distance between the
-- probability that the past gave and what came (0 or 1), and the same of the past rate of
-- everybody, which a useful predictor must undercut.
with probabilities as (
    select * from {{ ref('int_backtest_probabilities') }}
    where probability is not null
),

squared as (
    select
        probabilities.lead_days,
        probabilities.outcome,
        probabilities.predictor,
        probabilities.touch_tier,
        probabilities.observations,
        {%- for rate in ['probability', 'base_probability'] %}
        cast(probabilities.outcomes as decimal(12, 0))
        * ((1 - probabilities.{{ rate }}) * (1 - probabilities.{{ rate }}))
        + cast(probabilities.observations - probabilities.outcomes as decimal(12, 0))
        * (probabilities.{{ rate }} * probabilities.{{ rate }}) as {{ rate }}_squares{{ ',' if not loop.last }}
        {%- endfor %}
    from probabilities
),

final as (
    {%- for slice_name, slice_value in [('all', "'all'"), ('touch_tier', 'squared.touch_tier')] %}
    select
        squared.lead_days,
        squared.outcome,
        squared.predictor,
        '{{ slice_name }}' as slice_name,
        {{ slice_value }} as slice_value,
        cast(sum(squared.observations) as bigint) as forecasts,
        {{ exact_divide('cast(sum(squared.probability_squares) as decimal(30, 12))', 'sum(squared.observations)') }}
            as brier_score,
        {{ exact_divide('cast(sum(squared.base_probability_squares) as decimal(30, 12))', 'sum(squared.observations)') }}
            as brier_score_of_base_rate
    from squared
    group by
        {%- if slice_name != 'all' %}
        {{ slice_value }},
        {%- endif %}
        squared.lead_days,
        squared.outcome,
        squared.predictor
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
