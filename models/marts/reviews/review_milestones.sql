-- One row per milestone of a success plan that a business review speaks of: a plan that
-- is under way, or that ended, or of which a milestone was reached, since the quarter
-- reviewed began. A draft is not agreed yet.
with milestones as (
    select * from {{ ref('success_plan_milestones') }}
),

plans as (
    select * from {{ ref('success_plans') }}
    where coalesce(status, 'draft') <> 'draft'
),

customers as (
    select account_id from {{ ref('accounts') }}
    where is_customer
),

periods as (
    select * from {{ ref('int_review_periods') }}
    where period = 'now'
),

with_last as (
    select
        milestones.*,
        max(milestones.completed_on) over (
            partition by milestones.success_plan_id
        ) as last_reached_on
    from milestones
),

final as (
    select
        with_last.milestone_id,
        with_last.success_plan_id,
        with_last.account_id,
        with_last.objective,
        plans.status as plan_status,
        with_last.milestone_name,
        with_last.due_date,
        with_last.completed_on,
        case
            when with_last.status <> 'reached' and plans.status <> 'active'
                then 'not reached'
            else with_last.status
        end as status
    from with_last
    inner join plans
        on with_last.success_plan_id = plans.success_plan_id
    inner join customers
        on with_last.account_id = customers.account_id
    cross join periods
    where
        plans.status = 'active'
        or plans.completed_on >= periods.valid_from
        or with_last.last_reached_on >= periods.valid_from
)

select * from final
