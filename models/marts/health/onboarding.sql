-- One row per account that ever had ARR: how its start went, from its first ARR on.
-- Null activated_on is "not yet"; where the account started before its tier's usage was
-- recorded (is_before_records) nothing but the kickoff is known.
with facts as (
    select * from {{ ref('int_onboarding_facts') }}
),

milestones as (
    select * from {{ ref('int_onboarding_milestones') }}
),

states as (
    select * from {{ ref('int_account_states') }}
    where valid_to is null
),

triggers as (
    select * from {{ ref('intervention_triggers') }}
    where trigger = 'onboarding_stalled'
),

late_milestones as (
    select
        milestones.*,
        triggers.threshold,
        milestones.done_on is null and milestones.due_on < {{ as_of() }} as is_overdue,
        row_number() over (
            partition by milestones.account_id
            order by
                case
                    when
                        milestones.done_on is null
                        and {{ days_between('milestones.due_on', as_of()) }}
                        > triggers.threshold
                        then 0
                    else 1
                end,
                milestones.due_on,
                milestones.milestone_order
        ) as lateness_rank
    from milestones
    cross join triggers
),

counts as (
    select
        late_milestones.account_id,
        count(*) as milestones_total,
        sum(case when late_milestones.done_on is not null then 1 else 0 end)
            as milestones_done,
        sum(case when late_milestones.due_on <= {{ as_of() }} then 1 else 0 end)
            as milestones_due,
        sum(case when late_milestones.is_overdue then 1 else 0 end)
            as milestones_overdue,
        max(
            case
                when
                    late_milestones.lateness_rank = 1
                    and late_milestones.done_on is null
                    and {{ days_between('late_milestones.due_on', as_of()) }}
                    > late_milestones.threshold
                    then {{ days_late_in_words(
                        'late_milestones.milestone', 'late_milestones.due_on', as_of()
                    ) }}
            end
        ) as stalled_reason
    from late_milestones
    group by late_milestones.account_id
),

final as (
    select
        facts.account_id,
        facts.started_on,
        facts.touch_tier,
        facts.is_before_records,
        facts.kickoff_on,
        case when not facts.is_before_records then facts.first_use_on end
            as first_use_on,
        case when not facts.is_before_records then facts.activated_on end
            as activated_on,
        cast(
            case
                when not facts.is_before_records
                    then {{ days_between('facts.started_on', 'facts.activated_on') }}
            end as bigint
        ) as time_to_first_value_days,
        cast(coalesce(counts.milestones_total, 0) as bigint) as milestones_total,
        cast(coalesce(counts.milestones_done, 0) as bigint) as milestones_done,
        cast(coalesce(counts.milestones_due, 0) as bigint) as milestones_due,
        cast(coalesce(counts.milestones_overdue, 0) as bigint) as milestones_overdue,
        counts.stalled_reason is not null and coalesce(states.arr, 0) > 0 as is_stalled,
        case when states.arr > 0 then counts.stalled_reason end as stalled_reason
    from facts
    left join counts
        on facts.account_id = counts.account_id
    left join states
        on facts.account_id = states.account_id
)

select * from final
