-- One row per month of the ledger: the day whose state is the month's figure (its last,
-- or as_of_date), and its working days up to then.
with account_months as (
    select * from {{ ref('arr_monthly') }}
),

ledger_months as (
    select
        account_months.month,
        max(case when account_months.is_partial then 1 else 0 end) = 1 as is_partial
    from account_months
    group by account_months.month
),

with_ends as (
    select
        ledger_months.month,
        ledger_months.is_partial,
        case
            when ledger_months.is_partial then {{ add_days(as_of(), 1) }}
            else {{ add_months('ledger_months.month', 1) }}
        end as ends_before
    from ledger_months
),

final as (
    select
        with_ends.month,
        with_ends.ends_before,
        {{ add_days('with_ends.ends_before', -1) }} as closes_on,
        {{ working_days_between('with_ends.month', 'with_ends.ends_before') }}
            as working_days,
        with_ends.is_partial
    from with_ends
)

select * from final
