-- One row per customer, week and driver that weighs for it, for the latest
-- health_driver_weeks weeks. Contributions add up to the week's score exactly: each is
-- the difference of two cumulative sums, rounded alike. What a cap takes is taken from
-- its driver (`capped`); what a person changed by hand is a row of its own
-- (`override`).
with driver_points as (
    select * from {{ ref('int_health_driver_points') }}
    where week >= {{ first_driver_week() }}
),

dimension_points as (
    select * from {{ ref('int_health_dimension_points') }}
    where week >= {{ first_driver_week() }}
),

scores as (
    select scores.* from {{ ref('int_undamped_health_scores') }} as scores
    where
        scores.week >= {{ first_driver_week() }}
        and {{ has_stale_score('scores') }}
),

with_points_before as (
    select
        dimension_points.*,
        cast(sum(dimension_points.dimension_weight) over (
            partition by dimension_points.account_id, dimension_points.week
        ) as decimal(6, 0)) as present_weight,
        cast(coalesce(sum(dimension_points.dimension_points) over (
            partition by dimension_points.account_id, dimension_points.week
            order by dimension_points.dimension_position, dimension_points.dimension
            rows between unbounded preceding and 1 preceding
        ), 0) as decimal(12, 6)) as points_before
    from dimension_points
),

-- One that is missing, stale or without a weight adds nothing.
counted as (
    select
        driver_points.*,
        case
            when driver_points.status = 'scored'
                then driver_points.points * driver_points.driver_weight
            else 0
        end as weighted_points
    from driver_points
),

weighed as (
    select
        counted.*,
        cast(sum(counted.weighted_points) over (
            partition by counted.account_id, counted.week, counted.dimension
            order by counted.driver
            rows between unbounded preceding and current row
        ) as decimal(9, 2)) as weighted_so_far,
        with_points_before.scored_weight,
        with_points_before.present_weight,
        with_points_before.points_before
    from counted
    left join with_points_before
        on
            counted.account_id = with_points_before.account_id
            and counted.week = with_points_before.week
            and counted.dimension = with_points_before.dimension
),

-- Points of all dimensions before, and of this one up to the driver and up to the one
-- before it.
cumulated as (
    select
        weighed.*,
        weighed.points_before
        + weighed.dimension_weight
        * {{ small_divide('weighed.weighted_so_far', 'weighed.scored_weight') }}
            as points_so_far,
        weighed.points_before
        + weighed.dimension_weight
        * {{ small_divide(
            'weighed.weighted_so_far - weighed.weighted_points', 'weighed.scored_weight'
        ) }} as points_until
    from weighed
),

rounded as (
    select
        cumulated.*,
        {{ health_score_of('cumulated.points_so_far', 'cumulated.present_weight') }}
        - {{ health_score_of('cumulated.points_until', 'cumulated.present_weight') }}
            as contribution,
        case
            when cumulated.status = 'scored'
                then {{ small_divide(
                    'cumulated.dimension_weight * cumulated.driver_weight',
                    'cumulated.scored_weight * cumulated.present_weight'
                ) }} * 100
        end as weight
    from cumulated
),

-- Nothing comes of a driver that is missing or stale, or of a score that is withheld.
final as (
    select
        rounded.account_id,
        rounded.week,
        rounded.driver,
        rounded.dimension,
        rounded.raw_value,
        rounded.points,
        cast(case
            when scores.driver_score is null then 0
            else coalesce(rounded.weight, 0)
        end as decimal(9, 6)) as weight,
        cast(case
            when scores.driver_score is null then 0
            else coalesce(rounded.contribution, 0)
        end + case
            when rounded.driver = scores.capped_driver then scores.cap_points
            else 0
        end as decimal(6, 2)) as contribution,
        case
            when rounded.driver = scores.capped_driver then 'capped'
            else rounded.status
        end as status,
        cast(rounded.driver_weight as bigint) as policy_weight
    from rounded
    inner join scores
        on
            rounded.account_id = scores.account_id
            and rounded.week = scores.week
    union all
    select
        scores.account_id,
        scores.week,
        'override' as driver,
        'override' as dimension,
        cast(null as decimal(15, 6)) as raw_value,
        cast(null as decimal(5, 2)) as points,
        cast(0 as decimal(9, 6)) as weight,
        cast(scores.override_points as decimal(6, 2)) as contribution,
        'scored' as status,
        cast(0 as bigint) as policy_weight
    from scores
    where scores.is_overridden and scores.score is not null
)

select * from final
