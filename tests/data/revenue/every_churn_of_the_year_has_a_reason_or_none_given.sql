-- Reasons add up to the churn that the bridge over twelve months has.
with bridge as (
    select arr_bridge_steps.arr as churned_arr
    from {{ ref('arr_bridge_steps') }} as arr_bridge_steps
    where
        arr_bridge_steps.window_months = 12
        and arr_bridge_steps.step = 'churn'
),

reasons as (
    select coalesce(sum(churn_reasons.churned_arr), 0) as churned_arr
    from {{ ref('churn_reasons') }} as churn_reasons
),

final as (
    select
        bridge.churned_arr as bridge_arr,
        reasons.churned_arr as reasons_arr
    from bridge
    cross join reasons
    where bridge.churned_arr <> reasons.churned_arr
)

select * from final
