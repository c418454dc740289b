-- One row per CSM who could own an account: the CRM's list, else whoever owns one (a
-- company may send no list).
with csms as (
    select * from {{ ref('csms') }}
),

owners as (
    select * from {{ ref('account_owners') }}
),

ids as (
    select csms.csm_id from csms
    union distinct
    select owners.csm_id from owners
),

final as (
    select
        ids.csm_id,
        csms.csm_name,
        csms.team,
        csms.touch_model,
        cast(
            coalesce(
                csms.weekly_hours, {{ whole_number_var('full_time_weekly_hours') }}
            ) as decimal(
                18, 4
            )
        )
            as weekly_hours,
        csms.started_on,
        csms.ended_on
    from ids
    left join csms
        on ids.csm_id = csms.csm_id
)

select * from final
