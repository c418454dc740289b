-- One row per milestone of a success plan: what is to be reached, by when, and whether
-- it was.
with milestones as (
    select * from {{ ref('stg_crm__success_plan_milestones') }}
),

plans as (
    select * from {{ ref('stg_crm__success_plans') }}
),

final as (
    select
        milestones.milestone_id,
        milestones.success_plan_id,
        plans.account_id,
        plans.objective,
        plans.status as plan_status,
        milestones.milestone_name,
        milestones.due_date,
        milestones.completed_on,
        case
            when milestones.completed_on is not null then 'reached'
            when milestones.due_date < {{ as_of() }} then 'overdue'
            else 'to come'
        end as status
    from milestones
    inner join plans
        on milestones.success_plan_id = plans.success_plan_id
)

select * from final
