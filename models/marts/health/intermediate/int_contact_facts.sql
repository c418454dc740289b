-- One row per account and scored week by which the CRM knew a contact there: who was
-- present, and for how long the champion has been gone. No contact at all: no row,
-- since a CRM in which nobody keeps contacts knows nothing.
with weeks as (
    select * from {{ ref('int_health_weeks') }}
    where is_scored
),

contacts as (
    select * from {{ ref('stg_crm__contacts') }}
),

contact_weeks as (
    select
        contacts.account_id,
        weeks.week,
        weeks.taken_on,
        contacts.persona,
        {{ open_end('contacts.left_on') }} > weeks.taken_on as is_there,
        case when contacts.left_on <= weeks.taken_on then contacts.left_on end
            as left_on
    from contacts
    inner join weeks
        on coalesce(contacts.created_on, weeks.taken_on) <= weeks.taken_on
),

counted as (
    select
        contact_weeks.account_id,
        contact_weeks.week,
        contact_weeks.taken_on,
        count(case when contact_weeks.is_there then 1 end) as known_contacts,
        max(
            case
                when
                    contact_weeks.is_there and contact_weeks.persona = 'champion'
                    then 1
                else 0
            end
        )
            as champion_present,
        max(case
            when
                contact_weeks.is_there and contact_weeks.persona = 'executive_sponsor'
                then 1
            else 0
        end) as executive_present,
        max(case when contact_weeks.persona = 'champion' then contact_weeks.left_on end)
            as champion_left_on
    from contact_weeks
    group by contact_weeks.account_id, contact_weeks.week, contact_weeks.taken_on
),

final as (
    select
        counted.account_id,
        counted.week,
        counted.known_contacts,
        counted.champion_present,
        counted.executive_present,
        case
            when counted.champion_present = 0
                then {{ days_between('counted.champion_left_on', 'counted.taken_on') }}
        end as champion_lost_days
    from counted
)

select * from final
