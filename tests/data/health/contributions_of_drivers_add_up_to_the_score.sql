-- Each account and week whose drivers' contributions are not its score to the cent.
with scores as (
    select * from {{ ref('health_scores') }}
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
        contributions.account_id,
        contributions.week,
        contributions.contribution,
        scores.score
    from contributions
    inner join scores
        on
            contributions.account_id = scores.account_id
            and contributions.week = scores.week
    where contributions.contribution <> coalesce(scores.score, 0)
)

select * from final
