-- One row per subscription.
-- account_found_by says how the CRM account was found; `nothing`: account_id begins
-- with `unmatched:`.
with judged as (
    select * from {{ ref('base_billing__subscriptions') }}
),

final as (
    select
        judged.subscription_id,
        judged.account_id,
        judged.source_account_id,
        judged.account_found_by,
        judged.billing_customer_id,
        judged.started_on,
        judged.ended_on,
        judged.cancel_requested_at,
        judged.cancel_requested_on,
        judged.trial_ends_on,
        judged.current_term_start,
        judged.current_term_end,
        judged.auto_renews,
        judged.notice_days,
        judged.status,
        judged.churn_reason,
        judged.renewed_from_subscription_id,
        judged.updated_at,
        judged.updated_on
    from judged
    where judged.verdict = 'staged'
)

select * from final
