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

presences as (
    select
        contacts.account_id,
        contacts.persona,
        contacts.created_on as holds_from,
        contacts.left_on as holds_until
    from contacts
    where
        contacts.persona in ('champion', 'executive_sponsor')
        and (contacts.left_on is null or contacts.left_on > contacts.created_on)
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

first_executives as (
    select
        contacts.account_id,
        min(
            case
                when contacts.persona = 'executive_sponsor' then contacts.created_on
            end
        ) as first_executive_on
    from contacts
    group by contacts.account_id
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
        first_arr.first_arr_on as absent_from,
        first_executives.first_executive_on as absent_until,
        'no executive contact so far' as reason
    from first_arr
    inner join first_executives
        on first_arr.account_id = first_executives.account_id
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
