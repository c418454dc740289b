-- One row per touch tier, stage by age and driver that weighs there or can cap a score:
-- the seeds' most specific row for it. A tier's own row wins over a stage's own, either
-- over `all`. With it what all drivers of the dimension, and all dimensions, weigh.
with touch_tiers as (
    select * from {{ ref('touch_tiers') }}
),

drivers as (
    select * from {{ ref('health_drivers') }}
),

dimensions as (
    select * from {{ ref('health_dimensions') }}
),

caps as (
    select distinct driver from {{ ref('health_caps') }}
),

stages as (
    {%- for stage in health_stages() %}
    select '{{ stage }}' as stage_by_age
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

segments as (
    select
        touch_tiers.touch_tier,
        stages.stage_by_age
    from touch_tiers
    cross join stages
),

ranked_drivers as (
    select
        segments.touch_tier as segment_tier,
        segments.stage_by_age as segment_stage,
        drivers.*,
        row_number() over (
            partition by segments.touch_tier, segments.stage_by_age, drivers.driver
            order by
                case when drivers.touch_tier = 'all' then 1 else 0 end,
                case when drivers.lifecycle_stage = 'all' then 1 else 0 end
        ) as specificity
    from segments
    inner join drivers
        on
            drivers.touch_tier in ('all', segments.touch_tier)
            and drivers.lifecycle_stage in ('all', segments.stage_by_age)
),

ranked_dimensions as (
    select
        segments.touch_tier as segment_tier,
        segments.stage_by_age as segment_stage,
        dimensions.*,
        row_number() over (
            partition by
                segments.touch_tier, segments.stage_by_age, dimensions.dimension
            order by
                case when dimensions.touch_tier = 'all' then 1 else 0 end,
                case when dimensions.lifecycle_stage = 'all' then 1 else 0 end
        ) as specificity
    from segments
    inner join dimensions
        on
            dimensions.touch_tier in ('all', segments.touch_tier)
            and dimensions.lifecycle_stage in ('all', segments.stage_by_age)
),

-- Weights are narrow decimals: a product of wide ones costs ten times as much.
chosen as (
    select
        ranked_drivers.segment_tier as touch_tier,
        ranked_drivers.segment_stage as stage_by_age,
        ranked_drivers.driver,
        ranked_drivers.dimension,
        ranked_drivers.topic,
        ranked_drivers.label,
        ranked_drivers.shown_as,
        ranked_drivers.words_down,
        ranked_drivers.words_up,
        ranked_drivers.stale_after_days,
        cast(ranked_drivers.value_at_0 as decimal(10, 6)) as value_at_0,
        cast(ranked_drivers.value_at_100 as decimal(10, 6)) as value_at_100,
        ranked_dimensions.position as dimension_position,
        cast(ranked_dimensions.weight as decimal(4, 0)) as dimension_weight,
        cast(case
            when ranked_dimensions.weight > 0 then ranked_drivers.weight
            else 0
        end as decimal(4, 0)) as driver_weight
    from ranked_drivers
    inner join ranked_dimensions
        on
            ranked_drivers.segment_tier = ranked_dimensions.segment_tier
            and ranked_drivers.segment_stage = ranked_dimensions.segment_stage
            and ranked_drivers.dimension = ranked_dimensions.dimension
    left join caps
        on ranked_drivers.driver = caps.driver
    where
        ranked_drivers.specificity = 1
        and ranked_dimensions.specificity = 1
        and (
            (ranked_drivers.weight > 0 and ranked_dimensions.weight > 0)
            or caps.driver is not null
        )
),

dimension_totals as (
    select
        chosen.touch_tier,
        chosen.stage_by_age,
        chosen.dimension,
        max(chosen.dimension_weight) as dimension_weight,
        cast(sum(chosen.driver_weight) as decimal(6, 0)) as drivers_weight
    from chosen
    group by chosen.touch_tier, chosen.stage_by_age, chosen.dimension
    having sum(chosen.driver_weight) > 0
),

segment_totals as (
    select
        dimension_totals.touch_tier,
        dimension_totals.stage_by_age,
        cast(sum(dimension_totals.dimension_weight) as decimal(6, 0))
            as dimensions_weight
    from dimension_totals
    group by dimension_totals.touch_tier, dimension_totals.stage_by_age
),

final as (
    select
        chosen.*,
        dimension_totals.drivers_weight,
        segment_totals.dimensions_weight
    from chosen
    left join dimension_totals
        on
            chosen.touch_tier = dimension_totals.touch_tier
            and chosen.stage_by_age = dimension_totals.stage_by_age
            and chosen.dimension = dimension_totals.dimension
    left join segment_totals
        on
            chosen.touch_tier = segment_totals.touch_tier
            and chosen.stage_by_age = segment_totals.stage_by_age
)

select * from final
