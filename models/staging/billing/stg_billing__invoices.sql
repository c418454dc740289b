-- One row per invoice.
with judged as (
    select * from {{ ref('base_billing__invoices') }}
),

final as (
    select
        judged.invoice_id,
        judged.account_id,
        judged.account_found_by,
        judged.billing_customer_id,
        judged.subscription_id,
        judged.issued_on,
        judged.due_on,
        judged.paid_on,
        judged.status,
        judged.currency,
        judged.total_amount
    from judged
    where judged.verdict = 'staged'
)

select * from final
