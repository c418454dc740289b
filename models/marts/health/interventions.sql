-- One row per account, trigger and day on which an intervention opened: why, whose, by
-- when, and how it ended. opened_on, arr, touch_tier and csm_id are those of the day on
-- which it opened; risk, nearness and priority those of the last day on which it was
-- open (as_of_date while it is).
with interventions as (
    select * from {{ ref('int_closed_interventions') }}
),

triggers as (
    select * from {{ ref('intervention_triggers') }}
),

deadlines as (
    select * from {{ ref('intervention_deadlines') }}
),

profiles as (
    select * from {{ ref('account_profiles') }}
),

owners as (
    select * from {{ ref('account_owners') }}
),

standings as (
    select * from {{ ref('int_intervention_standings') }}
),

with_facts as (
    select
        interventions.*,
        coalesce(profiles.account_name, interventions.account_id) as account_name,
        triggers.trigger_rank,
        triggers.playbook,
        triggers.kind,
        triggers.prioritised_above_arr,
        owners.csm_id,
        {{ add_days('interventions.opened_on', 'deadlines.days_to_act') }} as due_on,
        standings.first_touch_on,
        standings.term_end_date,
        standings.health_score,
        {{ intervention_risk('standings.health_score', 'triggers.risk_at_least') }}
            as risk,
        {{ arr_factor('standings.arr', 'standings.half_arr') }} as arr_factor,
        case
            when triggers.nearness_of = 'now' then cast(1 as decimal(12, 6))
            else {{ nearness(
                days_between('standings.standing_on', 'standings.term_end_date')
            ) }}
        end as nearness
    from interventions
    inner join triggers
        on interventions.trigger = triggers.trigger
    inner join deadlines
        on
            interventions.trigger = deadlines.trigger
            and interventions.touch_tier = deadlines.touch_tier
    inner join standings
        on
            interventions.account_id = standings.account_id
            and interventions.trigger = standings.trigger
            and interventions.opened_on = standings.opened_on
    left join profiles
        on interventions.account_id = profiles.account_id
    left join owners
        on
            interventions.account_id = owners.account_id
            and interventions.opened_on >= owners.valid_from
            and interventions.opened_on < {{ open_end('owners.valid_to') }}
),

with_priority as (
    select
        with_facts.*,
        {{ intervention_priority(
            'with_facts.risk', 'with_facts.arr_factor', 'with_facts.nearness'
        ) }} as priority
    from with_facts
),

final as (
    select
        with_priority.account_id || '|' || with_priority.trigger || '|'
        || cast(with_priority.opened_on as varchar(10)) as intervention_id,
        with_priority.account_id,
        with_priority.account_name,
        with_priority.trigger,
        with_priority.trigger_rank,
        with_priority.reason,
        with_priority.touch_tier,
        with_priority.csm_id,
        with_priority.opened_on,
        with_priority.due_on,
        with_priority.closed_on,
        with_priority.outcome,
        with_priority.closed_on is null as is_open,
        with_priority.first_touch_on,
        with_priority.closed_on is null
        and with_priority.due_on < {{ as_of() }} as is_overdue,
        with_priority.closed_on is null
        and with_priority.first_touch_on is null
        and with_priority.due_on < {{ as_of() }} as is_overdue_untouched,
        with_priority.playbook,
        with_priority.arr,
        cast(
            case with_priority.kind
                when 'expansion' then 0 else with_priority.arr
            end as decimal(18, 2)
        )
            as arr_at_risk,
        with_priority.term_end_date,
        with_priority.health_score,
        with_priority.risk,
        with_priority.arr_factor,
        with_priority.nearness,
        with_priority.priority,
        with_priority.arr > with_priority.prioritised_above_arr as is_prioritised,
        cast(case
            when with_priority.closed_on is null
                then row_number() over (
                        partition by
                            with_priority.csm_id, with_priority.closed_on is null
                        order by
                            with_priority.priority desc,
                            with_priority.trigger_rank asc,
                            with_priority.account_id asc
                    )
        end as bigint) as queue_position
    from with_priority
)

select * from final
