-- One row per sales opportunity at an account.
with judged as (
    select * from {{ ref('base_crm__opportunities') }}
),

final as (
    select
        judged.opportunity_id,
        judged.account_id,
        judged.source_account_id,
        judged.opportunity_type,
        judged.expansion_type,
        judged.product_id,
        judged.subscription_id,
        judged.stage,
        judged.amount,
        judged.currency,
        judged.source,
        judged.created_at,
        judged.created_on,
        judged.expected_close_date,
        judged.closed_at,
        judged.closed_on,
        judged.is_won
    from judged
    where judged.verdict = 'staged'
)

select * from final
