-- One row per account and month that was over in the earlier generation named by var
-- `restated_against`, where its closing ARR was another. Empty when none is named.
{% set earlier = earlier_generation() -%}
{{ config(pre_hook="{{ attach_earlier_generation() }}") }}

with account_months as (
    select * from {{ ref('arr_monthly') }}
),

months as (
    select * from {{ ref('int_months') }}
),

-- What was erased since is one nameless account.
earlier_months as (
    select
        {{ unless_erased('arr_monthly.account_id') }} as account_id,
        arr_monthly.month,
        arr_monthly.is_partial,
        cast(sum(arr_monthly.closing_arr) as decimal(18, 2)) as closing_arr
    from {{ earlier }}{{ ref('arr_monthly').include(database=false) }} as arr_monthly
    {{ 'where false' if not earlier }}
    group by
        {{ unless_erased('arr_monthly.account_id') }},
        arr_monthly.month,
        arr_monthly.is_partial
),

-- Months that were over in the earlier generation: those a report has shown.
last_closed as (
    select
        max(case
            when not earlier_months.is_partial then earlier_months.month
        end) as month
    from earlier_months
),

closed_months as (
    select
        months.month,
        months.closes_on
    from months
    inner join last_closed
        on months.month <= last_closed.month
),

keys as (
    select
        earlier_months.account_id,
        earlier_months.month
    from earlier_months
    union distinct
    select
        account_months.account_id,
        account_months.month
    from account_months
),

final as (
    select
        closed_months.month,
        closed_months.closes_on,
        keys.account_id,
        coalesce(earlier_months.closing_arr, 0) as earlier_closing_arr,
        coalesce(account_months.closing_arr, 0) as closing_arr
    from closed_months
    inner join keys
        on closed_months.month = keys.month
    left join earlier_months
        on
            keys.account_id = earlier_months.account_id
            and keys.month = earlier_months.month
    left join account_months
        on
            keys.account_id = account_months.account_id
            and keys.month = account_months.month
    where coalesce(earlier_months.closing_arr, 0)
        <> coalesce(account_months.closing_arr, 0)
)

select * from final
