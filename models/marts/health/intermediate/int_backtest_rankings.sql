-- One row per lead, outcome, predictor and slice: how well the predictor orders
-- customers. auc is the share of pairs (one with the outcome, one without) that it
-- orders rightly, a tie counting half: Mann-Whitney's U over all pairs, in whole
-- numbers. Of values that tie across the edge of the top tenth, a share is taken.
with counts as (
    select * from {{ ref('int_backtest_counts') }}
),

sliced as (
    {%- for slice_name, slice_value in backtest_slices('counts').items() %}
    select
        counts.lead_days,
        counts.outcome,
        counts.predictor,
        '{{ slice_name }}' as slice_name,
        {{ slice_value }} as slice_value,
        counts.rank_value,
        cast(sum(counts.observations) as bigint) as observations,
        cast(sum(counts.outcomes) as bigint) as outcomes
    from counts
    group by
        counts.lead_days,
        counts.outcome,
        counts.predictor,
        {%- if slice_name != 'all' %}
        {{ slice_value }},
        {%- endif %}
        counts.rank_value
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

{%- set slice = [
    'sliced.lead_days', 'sliced.outcome', 'sliced.predictor',
    'sliced.slice_name', 'sliced.slice_value'
] | join(', ') %}

ranked as (
    select
        sliced.*,
        cast(
            coalesce(sum(sliced.observations - sliced.outcomes) over below, 0) as bigint
        )
            as others_below,
        cast(coalesce(sum(sliced.observations) over above, 0) as bigint) as above,
        cast(
            sum(sliced.observations) over (partition by {{ slice }}) as bigint
        ) as known
    from sliced
    where sliced.rank_value is not null
    window
        below as (
            partition by {{ slice }}
            order by sliced.rank_value
            rows between unbounded preceding and 1 preceding
        ),
        above as (
            partition by {{ slice }}
            order by sliced.rank_value desc
            rows between unbounded preceding and 1 preceding
        )
),

summed as (
    select
        {{ slice | replace('sliced', 'ranked') }},
        cast(sum(ranked.observations) as bigint) as known_observations,
        cast(sum(ranked.outcomes) as bigint) as known_outcomes,
        cast(sum(
            ranked.outcomes
            * (2 * ranked.others_below + ranked.observations - ranked.outcomes)
        ) as decimal(28, 0)) as doubled_pairs,
        -- Ten times the outcomes in the top tenth.
        sum({{ safe_divide(
            'ranked.outcomes * greatest(0, least(
                ranked.known - 10 * ranked.above, 10 * ranked.observations
            ))',
            'ranked.observations'
        ) }}) as top_outcomes
    from ranked
    group by {{ slice | replace('sliced', 'ranked') }}
),

totals as (
    select
        {{ slice }},
        cast(sum(sliced.observations) as bigint) as observations,
        cast(sum(sliced.outcomes) as bigint) as outcomes
    from sliced
    group by {{ slice }}
),

final as (
    select
        {{ slice | replace('sliced', 'totals') }},
        totals.observations,
        totals.outcomes,
        coalesce(summed.known_observations, 0) as known_observations,
        {{ safe_divide(
            'summed.doubled_pairs',
            '(2 * cast(summed.known_outcomes as decimal(18, 0))
            * (summed.known_observations - summed.known_outcomes))'
        ) }} as auc,
        {{ exact_divide('summed.top_outcomes', 'summed.known_outcomes') }}
            as top_decile_lift
    from totals
    left join summed
        on
            totals.lead_days = summed.lead_days
            and totals.outcome = summed.outcome
            and totals.predictor = summed.predictor
            and totals.slice_name = summed.slice_name
            and totals.slice_value = summed.slice_value
)

select * from final
