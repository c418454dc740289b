-- One row per customer success manager, those who left included.
with csms as (
    select * from {{ ref('stg_crm__csms') }}
),

final as (
    select
        csms.csm_id,
        csms.csm_name,
        csms.team,
        csms.touch_model,
        csms.weekly_hours,
        csms.started_on,
        csms.ended_on,
        coalesce(csms.started_on, {{ as_of() }}) <= {{ as_of() }}
        and {{ open_end('csms.ended_on') }} > {{ as_of() }} as is_current
    from csms
)

select * from final
