-- One row per account and onboarding milestone of its tier: when it was due and done.
-- Activation is the goal: what it was to prepare counts as done with it, on that day.
-- Accounts that started before records are left out.
with facts as (
    select * from {{ ref('int_onboarding_facts') }}
    where not is_before_records
),

milestones as (
    select * from {{ ref('onboarding_milestones') }}
),

final as (
    select
        facts.account_id,
        milestones.milestone,
        milestones.milestone_order,
        {{ add_days('facts.started_on', 'milestones.due_day') }} as due_on,
        nullif(
            least(
                {{ open_end('facts.activated_on') }},
                {{ open_end("case milestones.milestone
                    when 'kickoff held' then facts.kickoff_on
                    when 'first use' then facts.first_use_on
                    when 'first training held' then facts.first_training_on
                    when 'success plan agreed' then facts.plan_agreed_on
                end") }}
            ),
            {{ date_literal('9999-12-31') }}
        ) as done_on
    from facts
    inner join milestones
        on facts.touch_tier = milestones.touch_tier
)

select * from final
