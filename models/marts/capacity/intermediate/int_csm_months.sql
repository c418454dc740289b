-- One row per CSM and month in which the CSM worked, owned or did anything, and per
-- month for `unassigned`: how many hours there were. Who starts or leaves inside the
-- month is there for the working days between.
with known_csms as (
    select * from {{ ref('int_known_csms') }}
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
        known_csms.csm_id,
        months.month,
        known_csms.weekly_hours,
        {{ open_end('known_csms.ended_on') }} > months.closes_on as is_present_at_close,
        {{ working_days_between(
            'case when known_csms.started_on > months.month then known_csms.started_on else months.month end',
            'case when known_csms.ended_on < months.ends_before then known_csms.ended_on else months.ends_before end'
        ) }} as working_days
    from known_csms
    inner join months
        on
            coalesce(known_csms.started_on, months.month) < months.ends_before
            and {{ open_end('known_csms.ended_on') }} > months.month
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
        known_csms.csm_id is null as is_unassigned,
        months.is_partial,
        known_csms.csm_name,
        known_csms.team,
        known_csms.touch_model,
        known_csms.weekly_hours,
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
    left join known_csms
        on csm_months.csm_id = known_csms.csm_id
    left join employed
        on
            csm_months.csm_id = employed.csm_id
            and csm_months.month = employed.month
)

select * from final
