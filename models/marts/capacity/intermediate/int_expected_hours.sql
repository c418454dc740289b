-- One row per CSM (or `unassigned`), month, touch tier and category of work: the hours
-- that the accounts need by the policy seed. A week's hours are spread over its five
-- working days, exactly.
with owner_days as (
    select * from {{ ref('int_owner_days') }}
),

policy as (
    select * from {{ ref('expected_hours') }}
),

final as (
    select
        owner_days.csm_id,
        owner_days.month,
        owner_days.touch_tier,
        policy.category,
        cast(sum(policy.weekly_hours * owner_days.working_days * 0.2) as decimal(18, 4))
            as expected_hours
    from owner_days
    inner join policy
        on
            owner_days.touch_tier = policy.touch_tier
            and (
                policy.health_band is null
                or owner_days.health_band = policy.health_band
            )
            and (
                policy.lifecycle_stage is null
                or owner_days.lifecycle_stage = policy.lifecycle_stage
            )
    group by owner_days.csm_id, owner_days.month, owner_days.touch_tier, policy.category
)

select * from final
