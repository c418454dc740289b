-- One row per entry of an opportunity into a stage.
with judged as (
    select * from {{ ref('base_crm__opportunity_stages') }}
),

final as (
    select
        judged.opportunity_id,
        judged.stage,
        judged.entered_at,
        judged.account_id,
        judged.entered_on,
        judged.amount
    from judged
    where judged.verdict = 'staged'
)

select * from final
