-- One row per account, trigger and period [holds_from, holds_until) in which its
-- champion is gone and nobody has followed, or in which it has had no executive contact
-- for as long as the policy bears; a return begins the wait anew. Of an account without
-- any contact nothing is known.
with contacts as (
    select * from {{ ref('stg_crm__contacts') }}
),

states as (
    select * from {{ ref('int_account_states') }}
    where arr > 0
),

triggers as (
    select * from {{ ref('intervention_triggers') }}
),

-- One that nobody dated has always been known.
dated_contacts as (
    select
        contacts.account_id,
        contacts.persona,
        coalesce(contacts.created_on, {{ date_literal(iso_date_var('dates_from')) }})
            as known_on,
        contacts.left_on
    from contacts
),

presences as (
    select
        dated_contacts.account_id,
        dated_contacts.persona,
        dated_contacts.known_on as holds_from,
        dated_contacts.left_on as holds_until
    from dated_contacts
    where
        dated_contacts.persona in ('champion', 'executive_sponsor')
        and (
            dated_contacts.left_on is null
            or dated_contacts.left_on > dated_contacts.known_on
        )
),

merged_presences as (
    {{ merged_periods('presences', ['account_id', 'persona']) | indent(4) }}
),

-- Nobody from the end of one presence to the start of the next.
absences_after as (
    select
        merged_presences.account_id,
        merged_presences.persona,
        merged_presences.holds_until as absent_from,
        lead(merged_presences.holds_from) over (
            partition by merged_presences.account_id, merged_presences.persona
            order by merged_presences.holds_from
        ) as absent_until
    from merged_presences
),

-- The days on which it became a customer, for the first time or again.
starts as (
    select
        states.account_id,
        states.arr_since,
        lead(states.arr_since) over (
            partition by states.account_id
            order by states.arr_since
        ) as next_arr_since
    from states
    group by states.account_id, states.arr_since
),

first_contacts as (
    select
        dated_contacts.account_id,
        min(dated_contacts.known_on) as first_contact_on,
        min(
            case
                when dated_contacts.persona = 'executive_sponsor'
                    then dated_contacts.known_on
            end
        ) as first_executive_on
    from dated_contacts
    group by dated_contacts.account_id
),

absences as (
    select
        absences_after.account_id,
        absences_after.absent_from,
        absences_after.absent_until,
        case absences_after.persona
            when 'champion' then 'champion_left'
            else 'no_executive'
        end as trigger,
        case absences_after.persona
            when 'champion'
                then 'champion left on '
                    || cast(absences_after.absent_from as varchar(10))
                    || ', nobody has followed'
            else
                'no executive contact since '
                || cast(absences_after.absent_from as varchar(10))
        end as reason
    from absences_after
    where absences_after.absent_from is not null
    union all
    -- Before anybody was known there, nobody could tell that the executive was not.
    select
        first_contacts.account_id,
        first_contacts.first_contact_on as absent_from,
        first_contacts.first_executive_on as absent_until,
        'no_executive' as trigger,
        'no executive contact so far' as reason
    from first_contacts
),

periods as (
    select
        absences.account_id,
        absences.trigger,
        {{ add_days(
            'greatest(absences.absent_from, starts.arr_since)',
            'cast(triggers.threshold as integer)'
        ) }} as holds_from,
        nullif(
            least(
                {{ open_end('absences.absent_until') }},
                {{ open_end('starts.next_arr_since') }}
            ),
            {{ date_literal('9999-12-31') }}
        ) as holds_until,
        absences.reason
    from absences
    inner join triggers
        on absences.trigger = triggers.trigger
    inner join starts
        on absences.account_id = starts.account_id
),

final as (
    select *
    from periods
    where holds_from < {{ open_end('holds_until') }} and holds_from <= {{ as_of() }}
)

select * from final
