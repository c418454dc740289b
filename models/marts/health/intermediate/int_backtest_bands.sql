-- One row per lead, outcome, slice and health band: how many customers were in it who
-- could have the outcome and how many did; and the same of those who got a rescue
-- before it, and of those who got none. The numbers of bands add up to the slice's.
with cases as (
    select * from {{ ref('int_backtest_cases') }}
),

by_outcome as (
    {%- for outcome, could in backtest_outcomes().items() %}
    select
        cases.lead_days,
        '{{ outcome }}' as outcome,
        cases.touch_tier,
        cases.band,
        cases.is_treated,
        count(case when cases.{{ could }} then 1 end) as observations,
        count(case when cases.{{ could }} and cases.{{ outcome }} then 1 end)
            as outcomes,
        count(case when not cases.{{ could }} and cases.{{ outcome }} then 1 end)
            as unforeseen_outcomes
    from cases
    group by cases.lead_days, cases.touch_tier, cases.band, cases.is_treated
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    {%- for slice_name, slice_value in backtest_slices('by_outcome').items() %}
    select
        by_outcome.lead_days,
        by_outcome.outcome,
        '{{ slice_name }}' as slice_name,
        {{ slice_value }} as slice_value,
        by_outcome.band,
        cast(sum(by_outcome.observations) as bigint) as observations,
        cast(sum(by_outcome.outcomes) as bigint) as outcomes,
        cast(sum(by_outcome.unforeseen_outcomes) as bigint) as unforeseen_outcomes,
        cast(
            sum(
                case when by_outcome.is_treated then by_outcome.observations else 0 end
            ) as bigint
        )
            as treated_observations,
        cast(
            sum(
                case when by_outcome.is_treated then by_outcome.outcomes else 0 end
            ) as bigint
        )
            as treated_outcomes
    from by_outcome
    group by
        by_outcome.lead_days,
        by_outcome.outcome,
        {%- if slice_name != 'all' %}
        {{ slice_value }},
        {%- endif %}
        by_outcome.band
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
