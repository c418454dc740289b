-- Two models agree, every account and month. Under `historical` a month is valued at
-- its own rates and the lines are not: only accounts without foreign lines compare.
with lines as (
    select
        arr_lines.*,
        max(
            case
                when
                    arr_lines.currency <> '{{ currency_var("reporting_currency") }}'
                    then 1 else
                    0
            end
        )
            over (partition by arr_lines.account_id) as has_foreign_lines
    from {{ ref('arr_lines') }} as arr_lines
),

closing_days as (
    select
        dates.month,
        max(dates.date_day) as closes_on
    from {{ ref('dates') }} as dates
    where dates.is_past
    group by dates.month
),

comparable as (
    select * from lines
    where
        has_foreign_lines = 0
        or '{{ choice_var("currency_policy", ["constant", "historical"]) }}'
        = 'constant'
),

accounts as (
    select distinct comparable.account_id from comparable
),

in_force as (
    select
        comparable.account_id,
        closing_days.month,
        sum(comparable.arr) as arr
    from comparable
    inner join closing_days
        on
            comparable.valid_from <= closing_days.closes_on
            and {{ open_end('comparable.valid_to') }} > closing_days.closes_on
    where comparable.arr > 0
    group by comparable.account_id, closing_days.month
),

account_months as (
    select
        arr_monthly.account_id,
        arr_monthly.month,
        arr_monthly.closing_arr
    from {{ ref('arr_monthly') }} as arr_monthly
    inner join accounts
        on arr_monthly.account_id = accounts.account_id
    where arr_monthly.closing_arr > 0
),

final as (
    select
        coalesce(account_months.account_id, in_force.account_id) as account_id,
        coalesce(account_months.month, in_force.month) as month,
        account_months.closing_arr,
        in_force.arr
    from account_months
    full join in_force
        on
            account_months.account_id = in_force.account_id
            and account_months.month = in_force.month
    where coalesce(account_months.closing_arr, 0) <> coalesce(in_force.arr, 0)
)

select * from final
