-- One row per account and period [holds_from, holds_until) in which a critical ticket
-- has been unresolved for more hours than the policy bears: from the day on which it
-- passed them (48.0 h is not yet, 48.1 h is) to the day on which it was solved, which
-- may be the same.
with tickets as (
    select * from {{ ref('stg_support__tickets') }}
    where priority = 'critical'
),

triggers as (
    select * from {{ ref('intervention_triggers') }}
    where trigger = 'critical_ticket_open'
),

with_deadline as (
    select
        tickets.account_id,
        triggers.trigger,
        tickets.ticket_id,
        tickets.created_on,
        tickets.solved_at,
        tickets.solved_on,
        {{ dbt.dateadd(
            'second', 'cast(triggers.threshold * 3600 as integer)', 'tickets.created_at'
        ) }} as deadline_at
    from tickets
    cross join triggers
),

final as (
    select
        with_deadline.account_id,
        with_deadline.trigger,
        {{ business_date('with_deadline.deadline_at') }} as holds_from,
        with_deadline.solved_on as holds_until,
        'critical ticket ' || with_deadline.ticket_id || ' unresolved since '
        || cast(with_deadline.created_on as varchar(10)) as reason
    from with_deadline
    where
        -- The as-of day counts to its end.
        coalesce(with_deadline.solved_at, {{ business_midnight(add_days(as_of(), 1)) }})
        > with_deadline.deadline_at
)

select * from final
