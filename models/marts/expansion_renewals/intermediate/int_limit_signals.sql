-- One row per account and day on which a signal to expand began: its seats near the
-- limit while it is used often, by the policy of the trigger `usage_near_limit`. A week
-- that shows it again is the same signal, converted or not, unless none has shown it
-- for as long as the trigger takes to expire: as in the work queue, what goes on is
-- one.
with seat_weeks as (
    select * from {{ ref('int_seat_weeks') }}
),

triggers as (
    select * from {{ ref('intervention_triggers') }}
    where trigger = 'usage_near_limit'
),

events as (
    select * from {{ ref('arr_events') }}
),

account_months as (
    select * from {{ ref('arr_monthly') }}
),

conversations as (
    select * from {{ ref('stg_crm__activities') }}
    where
        purpose = 'expansion'
        and {{ was_held('status') }}
        and activity_type in ('call', 'meeting', 'onsite')
),

ledger as (
    select
        events.account_id,
        events.event_on,
        events.closing_arr,
        lead(events.event_on) over (
            partition by events.account_id
            order by events.event_on
        ) as next_event_on
    from events
),

near_limit as (
    select
        seat_weeks.*,
        ledger.closing_arr,
        triggers.expires_after_days,
        triggers.prioritised_above_arr,
        lag(seat_weeks.taken_on) over (
            partition by seat_weeks.account_id
            order by seat_weeks.taken_on
        ) as last_shown_on
    from seat_weeks
    cross join triggers
    inner join ledger
        on
            seat_weeks.account_id = ledger.account_id
            and seat_weeks.taken_on >= ledger.event_on
            and seat_weeks.taken_on < {{ open_end('ledger.next_event_on') }}
    where
        seat_weeks.seat_utilisation >= triggers.threshold
        and seat_weeks.engagement >= triggers.engagement_from
        -- Who pays nothing yet shows no signal, and hides none that comes later.
        and ledger.closing_arr > triggers.arr_above
),

signals as (
    select
        near_limit.*,
        {{ add_days('near_limit.taken_on', 'near_limit.expires_after_days') }}
            as expires_on,
        {{ more_seats('near_limit.users', 'near_limit.seats') }} as more_seats
    from near_limit
    where
        near_limit.last_shown_on is null
        or {{ add_days('near_limit.last_shown_on', 'near_limit.expires_after_days') }}
        < near_limit.taken_on
),

growth as (
    select
        signals.account_id,
        signals.taken_on,
        events.event_on,
        events.delta_arr,
        row_number() over (
            partition by signals.account_id, signals.taken_on
            order by events.event_on
        ) as growth_number
    from signals
    inner join events
        on
            signals.account_id = events.account_id
            and signals.taken_on < events.event_on
            and signals.expires_on >= events.event_on
    where events.movement_type = 'expansion'
),

-- The week that shows the signal counts from its Monday: who calls then has seen it.
answers as (
    select
        signals.account_id,
        signals.taken_on,
        min(conversations.occurred_on) as answered_on
    from signals
    inner join conversations
        on
            signals.account_id = conversations.account_id
            and signals.week <= conversations.occurred_on
            and signals.expires_on >= conversations.occurred_on
    group by signals.account_id, signals.taken_on
),

final as (
    select
        signals.account_id,
        signals.taken_on as signalled_on,
        signals.expires_on,
        signals.seat_utilisation,
        signals.engagement,
        cast(signals.closing_arr as decimal(18, 2)) as arr,
        account_months.opening_touch_tier as touch_tier,
        {{ prorate('signals.seat_arr', 'signals.more_seats', 'signals.seats') }}
            as seat_potential_arr,
        signals.closing_arr > signals.prioritised_above_arr as is_prioritised,
        answers.answered_on,
        growth.event_on as converted_on,
        growth.delta_arr as converted_arr
    from signals
    inner join account_months
        on
            signals.account_id = account_months.account_id
            and {{ month_of('signals.taken_on') }} = account_months.month
    left join answers
        on
            signals.account_id = answers.account_id
            and signals.taken_on = answers.taken_on
    left join growth
        on
            signals.account_id = growth.account_id
            and signals.taken_on = growth.taken_on
            and growth.growth_number = 1
)

select * from final
