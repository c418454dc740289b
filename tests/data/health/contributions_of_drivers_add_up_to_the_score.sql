-- Each account and week whose drivers' contributions are not its score to the cent, of
-- the weeks that drivers are told for.
{%- set weeks_before = whole_number_var('health_driver_weeks') - 1 %}
with scores as (
    select * from {{ ref('health_scores') }}
    where week >= {{ add_days(week_of(as_of()), -7 * weeks_before) }}
),

contributions as (
    select
        driver_scores.account_id,
        driver_scores.week,
        sum(driver_scores.contribution) as contribution
    from {{ ref('health_driver_scores') }} as driver_scores
    group by driver_scores.account_id, driver_scores.week
),

final as (
    select
        coalesce(contributions.account_id, scores.account_id) as account_id,
        coalesce(contributions.week, scores.week) as week,
        contributions.contribution,
        scores.score
    from contributions
    full join scores
        on
            contributions.account_id = scores.account_id
            and contributions.week = scores.week
    where coalesce(contributions.contribution, 0) <> coalesce(scores.score, 0)
)

select * from final
