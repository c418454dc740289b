-- One row per run of an expansion trigger: from when on it is heard, since it is quiet
-- for some days after a growth of ARR, when ARR grew after that, and when the customer
-- refused what was offered. One whose condition ends, or as_of_date comes, before it is
-- heard (is_heard) opens nothing.
with runs as (
    select * from {{ ref('int_intervention_runs') }}
),

conditions as (
    select * from {{ ref('int_intervention_conditions') }}
),

triggers as (
    select * from {{ ref('intervention_triggers') }}
    where kind = 'expansion'
),

growth as (
    select * from {{ ref('arr_events') }}
    where movement_type = 'expansion'
),

opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
    where opportunity_type = 'expansion'
),

entries as (
    select * from {{ ref('stg_crm__opportunity_stages') }}
),

stage_policies as (
    select * from {{ ref('stage_win_rates') }}
),

sale_ends as (
    {{ sale_ends('opportunities', 'entries', 'stage_policies') | indent(4) }}
),

refusals as (
    select
        opportunities.account_id,
        opportunities.created_on,
        sale_ends.closed_on
    from opportunities
    inner join sale_ends
        on opportunities.opportunity_id = sale_ends.opportunity_id
    where not sale_ends.is_won
),

days_after_growth as (
    select
        growth.account_id,
        triggers.trigger,
        growth.event_on as holds_from,
        {{ add_days('growth.event_on', 'triggers.quiet_after_growth_days') }}
            as holds_until
    from growth
    cross join triggers
    where triggers.quiet_after_growth_days > 0
),

-- Who grows again meanwhile is quiet for as long again.
quiet_periods as (
    {{ merged_periods('days_after_growth', ['account_id', 'trigger']) | indent(4) }}
),

heard_runs as (
    select
        runs.account_id,
        runs.trigger,
        runs.opened_on,
        runs.holds_until,
        coalesce(quiet_periods.holds_until, runs.opened_on) as heard_on
    from runs
    inner join triggers
        on runs.trigger = triggers.trigger
    left join quiet_periods
        on
            runs.account_id = quiet_periods.account_id
            and runs.trigger = quiet_periods.trigger
            and runs.opened_on >= quiet_periods.holds_from
            and runs.opened_on < quiet_periods.holds_until
),

with_growth as (
    select
        heard_runs.account_id,
        heard_runs.trigger,
        heard_runs.opened_on,
        heard_runs.heard_on,
        heard_runs.heard_on = heard_runs.opened_on
        or (
            heard_runs.heard_on < {{ open_end('heard_runs.holds_until') }}
            and heard_runs.heard_on <= {{ as_of() }}
        ) as is_heard,
        min(growth.event_on) as expanded_on
    from heard_runs
    left join growth
        on
            heard_runs.account_id = growth.account_id
            and heard_runs.heard_on < growth.event_on
    group by
        heard_runs.account_id,
        heard_runs.trigger,
        heard_runs.opened_on,
        heard_runs.holds_until,
        heard_runs.heard_on
),

-- What is heard later may have another reason by then: the reading of another week.
final as (
    select
        with_growth.account_id,
        with_growth.trigger,
        with_growth.opened_on,
        with_growth.heard_on,
        with_growth.is_heard,
        min(conditions.reason) as later_reason,
        with_growth.expanded_on,
        min(refusals.closed_on) as refused_on
    from with_growth
    left join refusals
        on
            with_growth.account_id = refusals.account_id
            and with_growth.heard_on <= refusals.created_on
    left join conditions
        on
            case
                when with_growth.heard_on > with_growth.opened_on
                    then with_growth.account_id
            end = conditions.account_id
            and with_growth.trigger = conditions.trigger
            and with_growth.heard_on >= conditions.holds_from
            and with_growth.heard_on < {{ open_end('conditions.holds_until') }}
    group by
        with_growth.account_id,
        with_growth.trigger,
        with_growth.opened_on,
        with_growth.heard_on,
        with_growth.is_heard,
        with_growth.expanded_on
)

select * from final
