-- One row per account that ever had ARR: its start, and the first day on which each
-- thing that onboarding is about happened. `is_before_records`: usage in its tier was
-- not recorded yet when it started, so that nobody can say how its start went.
with states as (
    select * from {{ ref('int_account_states') }}
    where arr > 0
),

touches as (
    select * from {{ ref('int_human_touches') }}
),

usage_weeks as (
    select * from {{ ref('usage_weekly') }}
    where active_days > 0
),

plans as (
    select * from {{ ref('stg_crm__success_plans') }}
),

activations as (
    select * from {{ ref('int_activations') }}
),

starts as (
    select
        states.account_id,
        states.valid_from as started_on,
        states.touch_tier
    from (
        select
            *,
            row_number()
                over (partition by account_id order by valid_from)
                as state_number
        from states
    ) as states
    where states.state_number = 1
),

tier_records as (
    select
        states.touch_tier,
        min(usage_weeks.week) as records_from
    from usage_weeks
    inner join states
        on
            usage_weeks.account_id = states.account_id
            and usage_weeks.last_reported_on >= states.valid_from
            and usage_weeks.last_reported_on < {{ open_end('states.valid_to') }}
    group by states.touch_tier
),

touch_firsts as (
    select
        starts.account_id,
        min(case when touches.activity_type = 'kickoff' then touches.touched_on end)
            as kickoff_on,
        min(case when touches.activity_type = 'training' then touches.touched_on end)
            as first_training_on
    from starts
    inner join touches
        on
            starts.account_id = touches.account_id
            and touches.touched_on >= {{ add_days('starts.started_on', -60) }}
    group by starts.account_id
),

-- A week's use is dated by the last day on which it was reported, never before the
-- start.
usage_firsts as (
    select
        usage_weeks.account_id,
        min(usage_weeks.last_reported_on) as first_use_on
    from usage_weeks
    inner join starts
        on
            usage_weeks.account_id = starts.account_id
            and usage_weeks.last_reported_on >= starts.started_on
    group by usage_weeks.account_id
),

plan_firsts as (
    select
        plans.account_id,
        min(plans.created_on) as plan_agreed_on
    from plans
    where coalesce(plans.status, 'active') <> 'draft'
    group by plans.account_id
),

final as (
    select
        starts.account_id,
        starts.started_on,
        starts.touch_tier,
        starts.started_on
        < coalesce(tier_records.records_from, {{ date_literal('9999-12-31') }})
            as is_before_records,
        touch_firsts.kickoff_on,
        usage_firsts.first_use_on,
        touch_firsts.first_training_on,
        plan_firsts.plan_agreed_on,
        activations.activated_on
    from starts
    left join tier_records
        on starts.touch_tier = tier_records.touch_tier
    left join touch_firsts
        on starts.account_id = touch_firsts.account_id
    left join usage_firsts
        on starts.account_id = usage_firsts.account_id
    left join plan_firsts
        on starts.account_id = plan_firsts.account_id
    left join activations
        on starts.account_id = activations.account_id
)

select * from final
