-- One row per account, milestone and period [holds_from, holds_until) in which an
-- onboarding milestone is later than the policy bears.
with milestones as (
    select * from {{ ref('int_onboarding_milestones') }}
),

triggers as (
    select * from {{ ref('intervention_triggers') }}
    where trigger = 'onboarding_stalled'
),

periods as (
    select
        milestones.account_id,
        triggers.trigger,
        {{ add_days('milestones.due_on', 'cast(triggers.threshold as integer) + 1') }}
            as holds_from,
        milestones.done_on as holds_until,
        milestones.milestone || ' was due on '
        || cast(milestones.due_on as varchar(10)) as reason
    from milestones
    cross join triggers
),

final as (
    select *
    from periods
    where holds_from < {{ open_end('holds_until') }} and holds_from <= {{ as_of() }}
)

select * from final
