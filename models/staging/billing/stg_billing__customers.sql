-- One row per customer in the biller.
-- account_id is null where no CRM account matches.
with judged as (
    select * from {{ ref('base_billing__customers') }}
),

final as (
    select
        judged.billing_customer_id,
        judged.account_id,
        judged.source_account_id,
        judged.account_found_by,
        judged.email_domain,
        judged.currency
    from judged
    where judged.verdict = 'staged'
)

select * from final
