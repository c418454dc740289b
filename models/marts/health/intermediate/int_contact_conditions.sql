-- One row per account, trigger and period [holds_from, holds_until) in which its
-- champion is gone and nobody has followed, or in which it has had no executive contact
-- for as long as the policy bears. Of an account without any contact nothing is known.
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

first_arr as (
    select
        states.account_id,
        min(states.valid_from) as first_arr_on
    from states
    group by states.account_id
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
        'champion_left' as trigger,
        absences_after.account_id,
        absences_after.absent_from,
        absences_after.absent_until,
        'champion left on ' || cast(absences_after.absent_from as varchar(10))
        || ', nobody has followed' as reason
    from absences_after
    where absences_after.persona = 'champion' and absences_after.absent_from is not null
    union all
    select
        'no_executive' as trigger,
        absences_after.account_id,
        greatest(absences_after.absent_from, first_arr.first_arr_on) as absent_from,
        absences_after.absent_until,
        'no executive contact since ' || cast(absences_after.absent_from as varchar(10))
            as reason
    from absences_after
    inner join first_arr
        on absences_after.account_id = first_arr.account_id
    where
        absences_after.persona = 'executive_sponsor'
        and absences_after.absent_from is not null
    union all
    select
        'no_executive' as trigger,
        first_arr.account_id,
        -- Before anybody was known there, nobody could tell that the executive was not.
        greatest(first_arr.first_arr_on, first_contacts.first_contact_on)
            as absent_from,
        first_contacts.first_executive_on as absent_until,
        'no executive contact so far' as reason
    from first_arr
    inner join first_contacts
        on first_arr.account_id = first_contacts.account_id
),

periods as (
    select
        absences.account_id,
        absences.trigger,
        {{ add_days('absences.absent_from', 'cast(triggers.threshold as integer)') }}
            as holds_from,
        absences.absent_until as holds_until,
        absences.reason
    from absences
    inner join triggers
        on absences.trigger = triggers.trigger
),

final as (
    select *
    from periods
    where holds_from < {{ open_end('holds_until') }} and holds_from <= {{ as_of() }}
)

select * from final
