-- One row per run of an expansion trigger: when ARR grew after it opened, when the
-- customer refused what was offered, and whether it had grown shortly before.
with runs as (
    select * from {{ ref('int_intervention_runs') }}
),

triggers as (
    select * from {{ ref('intervention_triggers') }}
    where kind = 'expansion'
),

growth as (
    select * from {{ ref('arr_events') }}
    where movement_type = 'expansion'
),

refusals as (
    select * from {{ ref('stg_crm__opportunities') }}
    where opportunity_type = 'expansion' and not is_won
),

expansion_runs as (
    select
        runs.account_id,
        runs.trigger,
        runs.opened_on,
        {{ add_days(
            'runs.opened_on', '-coalesce(triggers.quiet_after_growth_days, 0)'
        ) }} as quiet_from
    from runs
    inner join triggers
        on runs.trigger = triggers.trigger
),

with_growth as (
    select
        expansion_runs.account_id,
        expansion_runs.trigger,
        expansion_runs.opened_on,
        min(
            case
                when growth.event_on > expansion_runs.opened_on then growth.event_on
            end
        )
            as expanded_on,
        coalesce(max(
            case
                when
                    growth.event_on <= expansion_runs.opened_on
                    and growth.event_on > expansion_runs.quiet_from
                    then 1
            end
        ), 0) = 1 as has_just_grown
    from expansion_runs
    left join growth
        on expansion_runs.account_id = growth.account_id
    group by expansion_runs.account_id, expansion_runs.trigger, expansion_runs.opened_on
),

final as (
    select
        with_growth.account_id,
        with_growth.trigger,
        with_growth.opened_on,
        with_growth.expanded_on,
        with_growth.has_just_grown,
        min(refusals.closed_on) as refused_on
    from with_growth
    left join refusals
        on
            with_growth.account_id = refusals.account_id
            and with_growth.opened_on <= refusals.created_on
    group by
        with_growth.account_id,
        with_growth.trigger,
        with_growth.opened_on,
        with_growth.expanded_on,
        with_growth.has_just_grown
)

select * from final
