-- Over CSMs and `unassigned`, over tiers, and over categories: the same hours.
with csms as (
    select
        csm_capacity.month,
        sum(csm_capacity.expected_hours) as expected_hours,
        sum(csm_capacity.actual_hours) as actual_hours
    from {{ ref('csm_capacity') }} as csm_capacity
    group by csm_capacity.month
),

tiers as (
    select
        tier_capacity.month,
        sum(tier_capacity.expected_hours) as expected_hours
    from {{ ref('tier_capacity') }} as tier_capacity
    group by tier_capacity.month
),

categories as (
    select
        csm_time_shares.month,
        sum(csm_time_shares.planned_hours) as expected_hours,
        sum(csm_time_shares.actual_hours) as actual_hours
    from {{ ref('csm_time_shares') }} as csm_time_shares
    group by csm_time_shares.month
),

final as (
    select coalesce(csms.month, tiers.month, categories.month) as month
    from csms
    full join tiers
        on csms.month = tiers.month
    full join categories
        on coalesce(csms.month, tiers.month) = categories.month
    where
        coalesce(csms.expected_hours, 0) <> coalesce(tiers.expected_hours, 0)
        or coalesce(csms.expected_hours, 0) <> coalesce(categories.expected_hours, 0)
        or coalesce(csms.actual_hours, 0) <> coalesce(categories.actual_hours, 0)
)

select * from final
