-- One row per customer success manager.
with judged as (
    select * from {{ ref('base_crm__csms') }}
),

final as (
    select
        judged.csm_id,
        judged.csm_name,
        judged.email,
        judged.team,
        judged.touch_model,
        judged.weekly_hours,
        judged.started_on,
        judged.ended_on
    from judged
    where judged.verdict = 'staged'
)

select * from final
