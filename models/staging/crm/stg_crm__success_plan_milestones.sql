-- One row per milestone of a success plan.
with judged as (
    select * from {{ ref('base_crm__success_plan_milestones') }}
),

final as (
    select
        judged.milestone_id,
        judged.account_id,
        judged.success_plan_id,
        judged.milestone_name,
        judged.due_date,
        judged.completed_at,
        judged.completed_on
    from judged
    where judged.verdict = 'staged'
)

select * from final
