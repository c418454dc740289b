-- One row per open intervention and step of its playbook: what to do, by whom and when.
-- Steps count from the day on which it opened, those of a renewal from the term's end;
-- none is due before the intervention opened.
with interventions as (
    select * from {{ ref('interventions') }}
    where is_open
),

playbooks as (
    select * from {{ ref('playbooks') }}
),

steps as (
    select * from {{ ref('playbook_steps') }}
),

anchored as (
    select
        interventions.*,
        case playbooks.anchor
            when
                'term_end_date'
                then coalesce(interventions.term_end_date, interventions.opened_on)
            else interventions.opened_on
        end as anchor_on
    from interventions
    inner join playbooks
        on interventions.playbook = playbooks.playbook
),

dated as (
    select
        anchored.intervention_id,
        anchored.account_id,
        anchored.account_name,
        anchored.csm_id,
        anchored.trigger,
        anchored.playbook,
        steps.step,
        steps.what,
        steps.owner_role,
        greatest(
            {{ add_days('anchored.anchor_on', 'steps.starts_day') }}, anchored.opened_on
        )
            as starts_on,
        greatest(
            {{ add_days('anchored.anchor_on', 'steps.due_day') }}, anchored.opened_on
        )
            as due_on
    from anchored
    inner join steps
        on anchored.playbook = steps.playbook
),

final as (
    select
        dated.*,
        dated.due_on < {{ as_of() }} as is_past_due,
        dated.due_on >= {{ as_of() }}
        and dated.starts_on < {{ add_days(as_of(), 7) }} as is_this_week
    from dated
)

select * from final
