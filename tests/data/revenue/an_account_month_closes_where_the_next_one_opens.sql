-- The gate: an account's months follow one another without a gap; the first opens at 0.
with account_months as (
    select
        arr_monthly.*,
        lag(arr_monthly.month) over account_history as previous_month,
        coalesce(lag(arr_monthly.closing_arr) over account_history, 0)
            as previous_closing_arr
    from {{ ref('arr_monthly') }} as arr_monthly
    window account_history as (
        partition by arr_monthly.account_id
        order by arr_monthly.month
    )
),

final as (
    select
        account_months.account_id,
        account_months.month,
        account_months.opening_arr,
        account_months.previous_closing_arr
    from account_months
    where
        account_months.opening_arr <> account_months.previous_closing_arr
        or account_months.previous_month <> {{ add_months('account_months.month', -1) }}
)

select * from final
