-- One row per success plan of an account.
with judged as (
    select * from {{ ref('base_crm__success_plans') }}
),

final as (
    select
        judged.success_plan_id,
        judged.account_id,
        judged.source_account_id,
        judged.objective,
        judged.status,
        judged.metric_name,
        judged.baseline_value,
        judged.target_value,
        judged.current_value,
        judged.created_at,
        judged.created_on,
        judged.target_date,
        judged.completed_at,
        judged.completed_on
    from judged
    where judged.verdict = 'staged'
)

select * from final
