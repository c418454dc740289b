-- One row per account and month with ARR at its close: the health band of that day. The
-- only place where health enters this mart.
with account_months as (
    select * from {{ ref('arr_monthly') }}
    where closing_arr > 0
),

final as (
    select
        account_months.account_id,
        account_months.month,
        'unscored' as health_band
    from account_months
)

select * from final
