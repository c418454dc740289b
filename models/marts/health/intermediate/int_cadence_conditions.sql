-- One row per account, trigger and period [holds_from, holds_until) in which a person
-- should have met it, or held its business review, longer ago than the policy bears.
-- The cadence is that of the tier and the health band of each day: an account that
-- turns red is to be met by the cadence of red from that day on.
with states as (
    select * from {{ ref('int_account_states') }}
    where arr > 0
),

bands as (
    select * from {{ ref('int_band_periods') }}
),

cadences as (
    select * from {{ ref('touch_cadences') }}
),

touches as (
    select * from {{ ref('int_human_touches') }}
),

triggers as (
    select * from {{ ref('intervention_triggers') }}
),

touch_records as (
    select min(touches.touched_on) as records_from
    from touches
),

starts as (
    select distinct
        states.account_id,
        states.arr_since
    from states
),

-- The days from which the clock runs: each touch, and each day on which an account
-- became a customer, for the first time or again.
met_days as (
    select
        'touchpoint_overdue' as trigger,
        touches.account_id,
        touches.touched_on as met_on,
        1 as is_met
    from touches
    union distinct
    select
        'qbr_overdue' as trigger,
        touches.account_id,
        touches.touched_on as met_on,
        1 as is_met
    from touches
    where touches.is_review
    union distinct
    select
        triggers.trigger,
        starts.account_id,
        greatest(starts.arr_since, touch_records.records_from) as met_on,
        0 as is_met
    from starts
    cross join touch_records
    inner join triggers
        on triggers.trigger in ('touchpoint_overdue', 'qbr_overdue')
    -- A CRM that keeps no touches does not know who was missed.
    where touch_records.records_from is not null
),

gaps as (
    select
        met_days.trigger,
        met_days.account_id,
        met_days.met_on,
        max(met_days.is_met) as is_met,
        lead(met_days.met_on) over (
            partition by met_days.trigger, met_days.account_id
            order by met_days.met_on
        ) as met_next_on
    from met_days
    group by met_days.trigger, met_days.account_id, met_days.met_on
),

pieces as (
    select
        gaps.account_id,
        gaps.trigger,
        gaps.met_on,
        gaps.is_met,
        greatest(
            {{ add_days(
                'gaps.met_on',
                "case gaps.trigger when 'qbr_overdue' then cadences.qbr_days else cadences.touchpoint_days end"
                ~ " + cast(triggers.threshold as integer) + 1"
            ) }},
            states.valid_from,
            bands.valid_from
        ) as holds_from,
        nullif(
            least(
                {{ open_end('gaps.met_next_on') }},
                {{ open_end('states.valid_to') }},
                {{ open_end('bands.valid_to') }}
            ),
            {{ date_literal('9999-12-31') }}
        ) as holds_until
    from gaps
    inner join triggers
        on gaps.trigger = triggers.trigger
    inner join states
        on
            gaps.account_id = states.account_id
            and states.valid_from < {{ open_end('gaps.met_next_on') }}
            and {{ open_end('states.valid_to') }} > gaps.met_on
    inner join bands
        on
            gaps.account_id = bands.account_id
            and bands.valid_from < {{ open_end('gaps.met_next_on') }}
            and {{ open_end('bands.valid_to') }} > gaps.met_on
    inner join cadences
        on
            states.touch_tier = cadences.touch_tier
            and bands.band = cadences.health_band
    where
        case gaps.trigger
            when 'qbr_overdue' then cadences.qbr_days else cadences.touchpoint_days
        end
        is not null
),

final as (
    select
        pieces.account_id,
        pieces.trigger,
        pieces.holds_from,
        pieces.holds_until,
        case pieces.trigger
            when 'qbr_overdue' then 'no business review since '
            else 'not met since '
        end || case pieces.is_met
            when 1 then cast(pieces.met_on as varchar(10))
            else 'its contract began'
        end as reason
    from pieces
    where
        pieces.holds_from < {{ open_end('pieces.holds_until') }}
        and pieces.holds_from <= {{ as_of() }}
)

select * from final
