-- One row per CSM and month in which the CSM worked, owned or did anything, and per
-- month for `unassigned`: how many hours there were. Who starts or leaves inside the
-- month is there for the working days between.
with people as (
    select * from {{ ref('int_people') }}
),

months as (
    select * from {{ ref('int_capacity_months') }}
),

books as (
    select * from {{ ref('int_csm_books') }}
),

hours as (
    select * from {{ ref('int_csm_hours') }}
),

employed as (
    select
        people.csm_id,
        months.month,
        people.weekly_hours,
        {{ open_end('people.ended_on') }} > months.closes_on as is_present_at_close,
        {{ working_days_between(
            'case when people.started_on > months.month then people.started_on else months.month end',
            'case when people.ended_on < months.ends_before then people.ended_on else months.ends_before end'
        ) }} as working_days
    from people
    inner join months
        on
            coalesce(people.started_on, months.month) < months.ends_before
            and {{ open_end('people.ended_on') }} > months.month
),

csm_months as (
    select
        employed.csm_id,
        employed.month
    from employed
    union distinct
    select
        books.csm_id,
        books.month
    from books
    union distinct
    select
        hours.csm_id,
        hours.month
    from hours
    union distinct
    select
        'unassigned' as csm_id,
        months.month
    from months
),

final as (
    select
        csm_months.csm_id,
        csm_months.month,
        months.closes_on,
        months.is_partial,
        people.csm_name,
        people.team,
        people.touch_model,
        people.weekly_hours,
        coalesce(employed.is_present_at_close, false) as is_present_at_close,
        cast(
            coalesce(
                employed.weekly_hours * employed.working_days * 0.2, 0
            ) as decimal(18, 4)
        )
            as available_hours
    from csm_months
    inner join months
        on csm_months.month = months.month
    left join people
        on csm_months.csm_id = people.csm_id
    left join employed
        on
            csm_months.csm_id = employed.csm_id
            and csm_months.month = employed.month
)

select * from final
