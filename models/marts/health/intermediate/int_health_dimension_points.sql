-- One row per customer, scored week and dimension that weighs for it: what its drivers
-- that are known make of it. A driver that is missing or stale leaves its weight to the
-- others of its dimension; a dimension without any (scored_weight 0) to the others.
-- A view: health_scores reads all weeks of it, health_driver_scores the latest.
{{ config(materialized='view') }}

with driver_points as (
    select * from {{ ref('int_health_driver_points') }}
),

summed as (
    select
        driver_points.account_id,
        driver_points.week,
        driver_points.dimension,
        driver_points.dimension_position,
        driver_points.dimension_weight,
        sum(driver_points.driver_weight) as drivers_weight,
        sum(case when driver_points.status = 'scored' then driver_points.driver_weight else 0 end)
            as scored_weight,
        sum(driver_points.points * driver_points.driver_weight) as weighted_points
    from driver_points
    where driver_points.driver_weight > 0
    group by
        driver_points.account_id,
        driver_points.week,
        driver_points.dimension,
        driver_points.dimension_position,
        driver_points.dimension_weight
),

final as (
    select
        summed.account_id,
        summed.week,
        summed.dimension,
        summed.dimension_position,
        summed.dimension_weight,
        summed.scored_weight,
        case when summed.scored_weight > 0 then summed.dimension_weight else 0 end
            as present_weight,
        {{ safe_divide('(summed.dimension_weight * summed.scored_weight)', 'summed.drivers_weight') }}
            as known_weight,
        coalesce(
            {{ safe_divide('(summed.weighted_points * summed.dimension_weight)', 'summed.scored_weight') }}, 0
        ) as dimension_points
    from summed
)

select * from final
