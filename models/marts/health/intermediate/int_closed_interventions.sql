-- One row per intervention, as it opened and, where it did, closed. It closes with what
-- comes first: the condition no longer holds; ARR grew, or the customer said no (both
-- for an expansion); its time is over.
-- What closed before its condition ended does not open again while that lasts.
with runs as (
    select * from {{ ref('int_intervention_runs') }}
),

triggers as (
    select * from {{ ref('intervention_triggers') }}
),

states as (
    select * from {{ ref('int_account_states') }}
),

arr_events as (
    select * from {{ ref('arr_events') }}
),

lost_causes as (
    select * from {{ ref('int_lost_causes') }}
),

sales as (
    select * from {{ ref('int_expansion_runs') }}
),

opened as (
    select
        runs.account_id,
        runs.trigger,
        triggers.kind,
        triggers.expires_after_days,
        coalesce(sales.heard_on, runs.opened_on) as opened_on,
        coalesce(sales.later_reason, runs.reason) as reason,
        runs.holds_until,
        sales.expanded_on,
        sales.refused_on
    from runs
    inner join triggers
        on runs.trigger = triggers.trigger
    left join sales
        on
            runs.account_id = sales.account_id
            and runs.trigger = sales.trigger
            and runs.opened_on = sales.opened_on
    where coalesce(sales.is_heard, true)
),

with_ends as (
    select
        opened.*,
        {{ add_days('opened.opened_on', 'opened.expires_after_days') }} as expires_on,
        least(
            {{ open_end('opened.holds_until') }},
            {{ open_end('opened.expanded_on') }},
            {{ open_end('opened.refused_on') }},
            {{ open_end(add_days('opened.opened_on', 'opened.expires_after_days')) }}
        ) as closes_on
    from opened
),

final as (
    select
        with_ends.account_id,
        with_ends.trigger,
        with_ends.opened_on,
        with_ends.reason,
        opening_states.arr,
        opening_states.touch_tier,
        case when with_ends.closes_on <= {{ as_of() }} then with_ends.closes_on end
            as closed_on,
        case
            when with_ends.closes_on <= {{ as_of() }}
                then {{ intervention_outcome(
                    'coalesce(closing_states.arr, 0)',
                    "coalesce(closing_events.movement_type = 'paused', false)",
                    'coalesce(with_ends.closes_on = with_ends.expanded_on, false)',
                    'coalesce(with_ends.closes_on = with_ends.expires_on, false)',
                    'with_ends.kind',
                    'lost_causes.account_id is null'
                ) | indent(16) }}
        end as outcome
    from with_ends
    inner join states as opening_states
        on
            with_ends.account_id = opening_states.account_id
            and with_ends.opened_on >= opening_states.valid_from
            and with_ends.opened_on < {{ open_end('opening_states.valid_to') }}
    left join states as closing_states
        on
            with_ends.account_id = closing_states.account_id
            and with_ends.closes_on >= closing_states.valid_from
            and with_ends.closes_on < {{ open_end('closing_states.valid_to') }}
    left join arr_events as closing_events
        on
            with_ends.account_id = closing_events.account_id
            and with_ends.closes_on = closing_events.event_on
    left join lost_causes
        on
            with_ends.account_id = lost_causes.account_id
            and with_ends.trigger = lost_causes.trigger
            and with_ends.closes_on = lost_causes.lost_on
)

select * from final
