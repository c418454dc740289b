-- One row per success plan of an account: how far its milestones and its value have
-- come. A rate is null where it would say nothing: no milestones, no metric, no
-- distance to go.
with plans as (
    select * from {{ ref('stg_crm__success_plans') }}
),

milestones as (
    select * from {{ ref('stg_crm__success_plan_milestones') }}
),

milestone_counts as (
    select
        milestones.success_plan_id,
        count(*) as milestones_total,
        sum(case when milestones.completed_on is not null then 1 else 0 end)
            as milestones_done,
        sum(case when milestones.due_date <= {{ as_of() }} then 1 else 0 end)
            as milestones_due,
        sum(
            case
                when milestones.due_date < {{ as_of() }}
                    and milestones.completed_on is null
                    then 1
                else 0
            end
        ) as milestones_overdue,
        min(case when milestones.completed_on is null then milestones.due_date end)
            as next_milestone_on
    from milestones
    group by milestones.success_plan_id
),

final as (
    select
        plans.success_plan_id,
        plans.account_id,
        plans.objective,
        plans.status,
        plans.metric_name,
        plans.baseline_value,
        plans.target_value,
        plans.current_value,
        cast(coalesce(milestone_counts.milestones_total, 0) as bigint)
            as milestones_total,
        cast(coalesce(milestone_counts.milestones_done, 0) as bigint)
            as milestones_done,
        cast(coalesce(milestone_counts.milestones_due, 0) as bigint) as milestones_due,
        cast(coalesce(milestone_counts.milestones_overdue, 0) as bigint)
            as milestones_overdue,
        milestone_counts.next_milestone_on,
        {{ safe_divide(
            'milestone_counts.milestones_done', 'milestone_counts.milestones_total'
        ) }} as progress,
        {{ plan_value(
            'plans.baseline_value', 'plans.target_value', 'plans.current_value'
        ) }} as value_against_target,
        plans.created_on,
        plans.target_date,
        plans.completed_on,
        coalesce(
            plans.status in ('draft', 'active')
            and plans.completed_on is null
            and plans.target_date < {{ as_of() }},
            false
        ) as is_overdue
    from plans
    left join milestone_counts
        on plans.success_plan_id = milestone_counts.success_plan_id
)

select * from final
