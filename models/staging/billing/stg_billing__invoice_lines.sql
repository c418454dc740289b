-- One row per invoice line.
with judged as (
    select * from {{ ref('base_billing__invoice_lines') }}
),

final as (
    select
        judged.invoice_line_id,
        judged.account_id,
        judged.invoice_id,
        judged.subscription_id,
        judged.line_type,
        judged.period_start,
        judged.period_end,
        judged.amount
    from judged
    where judged.verdict = 'staged'
)

select * from final
