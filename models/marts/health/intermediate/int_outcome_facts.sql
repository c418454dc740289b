-- One row per customer and scored week with a milestone due within the year before, or
-- in its first year: what has come of its plans. A draft is not agreed yet, and of a
-- plan that was cancelled nothing is due any more (its status is known as of now).
with customer_weeks as (
    select * from {{ ref('int_customer_weeks') }}
),

weeks as (
    select * from {{ ref('int_health_weeks') }}
    where is_scored
),

plans as (
    select * from {{ ref('stg_crm__success_plans') }}
    where coalesce(status, 'draft') <> 'draft'
),

milestones as (
    select * from {{ ref('stg_crm__success_plan_milestones') }}
),

activations as (
    select * from {{ ref('int_activations') }}
),

progress as (
    select
        plans.account_id,
        weeks.week,
        count(*) as due,
        sum(case when milestones.completed_on <= weeks.taken_on then 1 else 0 end)
            as reached
    from milestones
    inner join plans
        on milestones.success_plan_id = plans.success_plan_id
    inner join weeks
        on
            milestones.due_date <= weeks.taken_on
            and {{ add_days('milestones.due_date', 365) }} > weeks.taken_on
            and plans.created_on <= weeks.taken_on
    where plans.status <> 'cancelled' or plans.completed_on > weeks.taken_on
    group by plans.account_id, weeks.week
),

final as (
    select
        customer_weeks.account_id,
        customer_weeks.week,
        {{ safe_divide('progress.reached', 'progress.due') }} as plan_progress,
        case
            when customer_weeks.stage_by_age in ('onboarding', 'adoption')
                then {{ days_between(
                    'activations.first_arr_on',
                    'least(' ~ open_end('activations.activated_on') ~ ', customer_weeks.taken_on)'
                ) }}
        end as time_to_first_value
    from customer_weeks
    left join progress
        on
            customer_weeks.account_id = progress.account_id
            and customer_weeks.week = progress.week
    left join activations
        on customer_weeks.account_id = activations.account_id
)

select * from final
