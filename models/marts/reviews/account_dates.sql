-- One row per date that a customer and we have before us in the next quarter: what was
-- agreed, and what the contract sets. What is late stands first, until it is done. The
-- last day for notice is ours to know (DECISIONS N23), and is none of them.
{% set until = add_months(as_of(), 3) -%}
with milestones as (
    select * from {{ ref('success_plan_milestones') }}
    where
        plan_status = 'active'
        and completed_on is null
        and due_date <= {{ until }}
),

plans as (
    select * from {{ ref('success_plans') }}
    where
        status = 'active'
        and completed_on is null
        and target_date <= {{ until }}
),

touchpoints as (
    select * from {{ ref('touchpoints') }}
    where qbr_due_on <= {{ until }}
),

renewals as (
    select * from {{ ref('renewals') }}
    where is_open and contracted_end_date <= {{ until }}
),

customers as (
    select account_id from {{ ref('accounts') }}
    where is_customer
),

planned as (
    select
        milestones.account_id,
        'milestone' as kind,
        milestones.milestone_id as source_id,
        milestones.due_date as due_on,
        milestones.milestone_name as what,
        milestones.objective
    from milestones
    union all
    select
        plans.account_id,
        'plan target' as kind,
        plans.success_plan_id as source_id,
        plans.target_date as due_on,
        'The plan is to be achieved' as what,
        plans.objective
    from plans
    union all
    select
        touchpoints.account_id,
        'business review' as kind,
        touchpoints.account_id as source_id,
        touchpoints.qbr_due_on as due_on,
        case
            when touchpoints.qbr_due_on < {{ as_of() }}
                then 'A business review is due'
            else 'The next business review'
        end as what,
        cast(null as {{ dbt.type_string() }}) as objective
    from touchpoints
    union all
    select
        renewals.account_id,
        'renewal' as kind,
        renewals.subscription_id as source_id,
        renewals.contracted_end_date as due_on,
        case
            when renewals.contracted_end_date < {{ as_of() }} then 'The term ended'
            else 'The term ends'
        end as what,
        cast(null as {{ dbt.type_string() }}) as objective
    from renewals
),

final as (
    select
        planned.*,
        planned.due_on < {{ as_of() }} as is_overdue
    from planned
    inner join customers
        on planned.account_id = customers.account_id
)

select * from final
