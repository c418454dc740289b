-- Reasons add up to the churn that the ledger's events have in the same months.
with events as (
    select
        count(*) as churned_accounts,
        coalesce(sum(arr_events.delta_arr), 0) as churned_arr
    from {{ ref('arr_events') }} as arr_events
    where
        arr_events.movement_type = 'churn'
        and arr_events.event_on >= {{ add_months(closed_month(), -11) }}
        and arr_events.event_on < {{ add_months(closed_month(), 1) }}
),

reasons as (
    select
        coalesce(sum(churn_reasons.churned_accounts), 0) as churned_accounts,
        coalesce(sum(churn_reasons.churned_arr), 0) as churned_arr
    from {{ ref('churn_reasons') }} as churn_reasons
),

final as (
    select
        events.churned_accounts,
        events.churned_arr
    from events
    cross join reasons
    where
        events.churned_accounts <> reasons.churned_accounts
        or events.churned_arr <> reasons.churned_arr
)

select * from final
