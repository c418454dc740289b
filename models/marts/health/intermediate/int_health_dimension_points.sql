-- One row per customer, scored week and dimension of which a driver is known: what its
-- drivers make of it. A driver that is missing or stale leaves its weight to the others
-- of its dimension, a dimension without any leaves its own to the other dimensions.
-- A view: scores read all weeks of it, details the latest.
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
        driver_points.drivers_weight,
        driver_points.dimensions_weight,
        cast(sum(driver_points.driver_weight) as decimal(6, 0)) as scored_weight,
        cast(
            sum(driver_points.points * driver_points.driver_weight) as decimal(12, 2)
        ) as weighted_points
    from driver_points
    where driver_points.status = 'scored' and driver_points.driver_weight > 0
    group by
        driver_points.account_id,
        driver_points.week,
        driver_points.dimension,
        driver_points.dimension_position,
        driver_points.dimension_weight,
        driver_points.drivers_weight,
        driver_points.dimensions_weight
),

final as (
    select
        summed.account_id,
        summed.week,
        summed.dimension,
        summed.dimension_position,
        summed.dimension_weight,
        summed.dimensions_weight,
        summed.scored_weight,
        {{ small_divide(
            'summed.dimension_weight * summed.scored_weight', 'summed.drivers_weight'
        ) }} as known_weight,
        {{ small_divide('summed.weighted_points', 'summed.scored_weight') }}
        * summed.dimension_weight
            as dimension_points
    from summed
)

select * from final
