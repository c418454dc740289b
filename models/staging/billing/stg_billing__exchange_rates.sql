-- One row per currency and day with a rate.
with judged as (
    select * from {{ ref('base_billing__exchange_rates') }}
),

final as (
    select
        judged.currency,
        judged.rate_date,
        judged.rate
    from judged
    where judged.verdict = 'staged'
)

select * from final
