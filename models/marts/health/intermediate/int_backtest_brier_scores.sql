-- One row per lead, outcome, predictor and slice: the mean squared distance between the
-- probability that the past gave and what came (0 or 1), and the same of the past rate
-- of everybody, which a useful predictor must undercut.
with probabilities as (
    select * from {{ ref('int_backtest_probabilities') }}
    where probability is not null
),

with_others as (
    select
        probabilities.lead_days,
        probabilities.outcome,
        probabilities.predictor,
        probabilities.touch_tier,
        probabilities.observations,
        cast(probabilities.outcomes as decimal(12, 0)) as outcomes,
        cast(probabilities.observations - probabilities.outcomes as decimal(12, 0))
            as others,
        probabilities.probability,
        probabilities.base_probability
    from probabilities
),

squared as (
    select
        with_others.lead_days,
        with_others.outcome,
        with_others.predictor,
        with_others.touch_tier,
        with_others.observations,
        with_others.outcomes
        * ((1 - with_others.probability) * (1 - with_others.probability))
        + with_others.others
        * (with_others.probability * with_others.probability) as squares,
        with_others.outcomes
        * ((1 - with_others.base_probability) * (1 - with_others.base_probability))
        + with_others.others
        * (with_others.base_probability * with_others.base_probability) as base_squares
    from with_others
),

final as (
    {%- for slice_name, slice_value in backtest_slices('squared').items() %}
    select
        squared.lead_days,
        squared.outcome,
        squared.predictor,
        '{{ slice_name }}' as slice_name,
        {{ slice_value }} as slice_value,
        cast(sum(squared.observations) as bigint) as forecasts,
        {{ exact_divide('sum(squared.squares)', 'sum(squared.observations)') }}
            as brier_score,
        {{ exact_divide('sum(squared.base_squares)', 'sum(squared.observations)') }}
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
