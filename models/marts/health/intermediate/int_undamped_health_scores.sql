-- One row per customer and scored week: its score from its drivers, under its caps, and
-- as a person overrode it; the band that this score alone would give.
{#- What its pre-hook reads: dbt looks for no dependencies in a hook. #}
{%- if not execute %}{% do ref('int_stale_scores') %}{% endif %}
with facts as (
    select * from {{ ref('int_scorable_facts') }}
),

dimension_points as (
    select * from {{ ref('int_health_dimension_points') }}
),

caps as (
    select * from {{ ref('int_health_caps') }}
    where cap_rank = 1
),

bands as (
    select * from {{ ref('health_bands') }}
),

overrides as (
    select * from {{ ref('health_overrides') }}
),

summed as (
    select
        dimension_points.account_id,
        dimension_points.week,
        {{ health_score_of(
            'sum(dimension_points.dimension_points)', 'sum(dimension_points.dimension_weight)'
        ) }} as driver_score,
        {{ small_divide(
            'sum(dimension_points.known_weight)', 'max(dimension_points.dimensions_weight)'
        ) }} as coverage
    from dimension_points
    group by dimension_points.account_id, dimension_points.week
),

-- Too little is known for a score: not even a cap makes one.
known as (
    select
        facts.account_id,
        facts.week,
        facts.taken_on,
        facts.is_last,
        facts.touch_tier,
        facts.stage_by_age,
        facts.arr,
        coalesce(summed.coverage, 0) as coverage,
        case
            when
                summed.coverage >= {{ rate_var('health_minimum_coverage') }}
                then summed.driver_score
        end as driver_score
    from facts
    left join summed
        on
            facts.account_id = summed.account_id
            and facts.week = summed.week
),

limited as (
    select
        known.*,
        caps.cap is not null and known.driver_score is not null as has_cap,
        case when known.driver_score > caps.ceiling then caps.cap end as cap,
        case when known.driver_score > caps.ceiling then caps.driver end
            as capped_driver,
        case when known.driver_score > caps.ceiling then caps.words end as cap_reason,
        case
            when known.driver_score > caps.ceiling then caps.ceiling
            else known.driver_score
        end as limited_score,
        overrides.account_id is not null as is_overridden,
        overrides.score as override_score,
        overrides.band as override_band,
        overrides.reason as override_reason
    from known
    left join caps
        on
            known.account_id = caps.account_id
            and known.week = caps.week
    left join overrides
        on
            known.account_id = overrides.account_id
            and known.taken_on >= overrides.valid_from
            and known.taken_on < overrides.expires_on
),

scored as (
    select
        limited.*,
        cast(coalesce(limited.override_score, limited.limited_score) as decimal(5, 2))
            as score
    from limited
),

final as (
    select
        scored.account_id,
        scored.week,
        scored.taken_on,
        scored.is_last,
        scored.touch_tier,
        scored.stage_by_age,
        scored.arr,
        scored.coverage,
        scored.driver_score,
        scored.has_cap,
        scored.cap,
        scored.capped_driver,
        scored.cap_reason,
        cast(scored.limited_score - scored.driver_score as decimal(5, 2)) as cap_points,
        scored.is_overridden,
        scored.override_reason,
        cast(scored.score - coalesce(scored.limited_score, 0) as decimal(5, 2))
            as override_points,
        scored.score,
        coalesce(scored.override_band, own_bands.band, all_bands.band, 'unscored')
            as raw_band
    from scored
    left join bands as own_bands
        on
            scored.touch_tier = own_bands.touch_tier
            and scored.score >= own_bands.score_from
            and scored.score < own_bands.score_below
    left join bands as all_bands
        on
            all_bands.touch_tier = 'all'
            and scored.score >= all_bands.score_from
            and scored.score < all_bands.score_below
)

select * from final
