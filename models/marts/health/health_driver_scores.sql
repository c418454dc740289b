-- One row per customer, week and driver that weighs for it, for the latest
-- health_driver_weeks weeks. Contributions add up to the week's score exactly: each is
-- the difference of two cumulative sums, rounded alike. What a cap takes is taken from
-- its driver (`capped`); what a person changed by hand is a row of its own (`override`).
with driver_points as (
    select * from {{ ref('int_health_driver_points') }}
    where {{ days_between('week', week_of(as_of())) }} < 7 * {{ whole_number_var('health_driver_weeks') }}
),

dimension_points as (
    select
        *,
        sum(present_weight) over (
            partition by account_id, week
        ) as all_present_weight,
        coalesce(sum(dimension_points) over (
            partition by account_id, week
            order by dimension_position, dimension
            rows between unbounded preceding and 1 preceding
        ), 0) as points_before
    from {{ ref('int_health_dimension_points') }}
    where {{ days_between('week', week_of(as_of())) }} < 7 * {{ whole_number_var('health_driver_weeks') }}
),

scores as (
    select * from {{ ref('int_health_scores_before_dwell') }}
),

weighed as (
    select
        driver_points.*,
        coalesce(dimension_points.scored_weight, 0) as scored_weight,
        dimension_points.all_present_weight,
        dimension_points.points_before,
        coalesce(driver_points.points, 0) * driver_points.driver_weight * driver_points.dimension_weight
            as weighted_points,
        sum(coalesce(driver_points.points, 0) * driver_points.driver_weight * driver_points.dimension_weight)
            over (
                partition by driver_points.account_id, driver_points.week, driver_points.dimension
                order by driver_points.driver
                rows between unbounded preceding and current row
            ) as weighted_so_far
    from driver_points
    left join dimension_points
        on
            driver_points.account_id = dimension_points.account_id
            and driver_points.week = dimension_points.week
            and driver_points.dimension = dimension_points.dimension
),

-- Points of all dimensions before, and of this one up to the driver and up to the one
-- before it.
cumulated as (
    select
        weighed.*,
        weighed.points_before + coalesce({{ safe_divide(
            'weighed.weighted_so_far', 'weighed.scored_weight'
        ) }}, 0) as points_so_far,
        weighed.points_before + coalesce({{ safe_divide(
            'weighed.weighted_so_far - weighed.weighted_points', 'weighed.scored_weight'
        ) }}, 0) as points_until
    from weighed
),

rounded as (
    select
        cumulated.*,
        {{ health_score_of('cumulated.points_so_far', 'cumulated.all_present_weight') }} as score_so_far,
        {{ health_score_of('cumulated.points_until', 'cumulated.all_present_weight') }} as score_until,
        {{ safe_divide(
            'cumulated.dimension_weight * cumulated.driver_weight * 100',
            'cumulated.scored_weight * cumulated.all_present_weight'
        ) }} as effective_weight
    from cumulated
),

contributed as (
    select
        rounded.*,
        scores.capped_driver,
        scores.cap_points,
        scores.driver_score is not null and rounded.status = 'scored' as counts
    from rounded
    inner join scores
        on
            rounded.account_id = scores.account_id
            and rounded.week = scores.week
),

final as (
    select
        contributed.account_id,
        contributed.week,
        contributed.driver,
        contributed.dimension,
        contributed.raw_value,
        contributed.points,
        cast(case when contributed.counts then coalesce(contributed.effective_weight, 0) else 0 end as decimal(9, 6))
            as weight,
        cast(
            case when contributed.counts then coalesce(contributed.score_so_far - contributed.score_until, 0) else 0 end
            + case when contributed.driver = contributed.capped_driver then contributed.cap_points else 0 end
            as decimal(6, 2)
        ) as contribution,
        case when contributed.driver = contributed.capped_driver then 'capped' else contributed.status end
            as status,
        cast(contributed.driver_weight as bigint) as policy_weight
    from contributed
    union all
    select
        scores.account_id,
        scores.week,
        'override' as driver,
        'override' as dimension,
        cast(null as decimal(18, 6)) as raw_value,
        cast(null as decimal(5, 2)) as points,
        cast(0 as decimal(9, 6)) as weight,
        cast(scores.override_points as decimal(6, 2)) as contribution,
        'scored' as status,
        cast(0 as bigint) as policy_weight
    from scores
    where
        scores.is_overridden
        and scores.score is not null
        and {{ days_between('scores.week', week_of(as_of())) }} < 7 * {{ whole_number_var('health_driver_weeks') }}
)

select * from final
