-- One row per as-of date: what the published definitions of retention are made of, over
-- the last twelve whole months. They differ in the unit that is followed (account,
-- parent, subscription), in whose movements count, and in what a return is. Amounts are
-- 0 where there was nothing.
with account_months as (
    select * from {{ ref('arr_monthly') }}
),

profiles as (
    select * from {{ ref('account_profiles') }}
),

events as (
    select
        arr_events.*,
        {{ month_of('arr_events.event_on') }} as month
    from {{ ref('arr_events') }} as arr_events
),

subscription_levels as (
    select * from {{ ref('int_subscription_levels') }}
),

window_months as (
    select
        {{ closed_month() }} as closing_month,
        {{ add_months(closed_month(), -12) }} as opening_month
),

-- Followed unit: the ultimate parent of today.
parent_levels as (
    select
        coalesce(profiles.ultimate_parent_account_id, account_months.account_id)
            as unit_id,
        sum(case
            when account_months.month = window_months.opening_month
                then account_months.closing_arr
            else 0
        end) as opening_arr,
        sum(case
            when account_months.month = window_months.closing_month
                then account_months.closing_arr
            else 0
        end) as closing_arr
    from account_months
    cross join window_months
    left join profiles
        on account_months.account_id = profiles.account_id
    group by coalesce(profiles.ultimate_parent_account_id, account_months.account_id)
),

parents as (
    select
        coalesce(sum(parent_levels.opening_arr), 0) as parent_opening_arr,
        coalesce(sum(parent_levels.closing_arr), 0) as parent_closing_arr
    from parent_levels
    where parent_levels.opening_arr > 0
),

subscriptions as (
    select
        coalesce(sum(levels.opening_arr), 0) as subscription_opening_arr,
        coalesce(sum(levels.closing_arr), 0) as subscription_closing_arr,
        coalesce(sum(least(levels.opening_arr, levels.closing_arr)), 0)
            as subscription_kept_arr
    from subscription_levels as levels
),

-- An account that opens a month at 0 comes, or comes back, with its first event.
first_events as (
    select
        events.*,
        row_number() over (
            partition by events.account_id, events.month
            order by events.event_on
        ) as event_rank
    from events
),

-- Movements of everybody in the window, also of accounts that joined inside it. Whoever
-- had ARR before returns, also where reactivation_window_days calls that new: no
-- definition of others hangs on our switch.
moves as (
    select
        account_months.*,
        account_months.new_arr
        + account_months.reactivation_arr
        + account_months.resumed_arr as arrived_arr,
        first_events.last_fell_to_zero_on is not null as had_arr_before,
        {{ days_between('first_events.last_fell_to_zero_on', 'first_events.event_on') }}
            as away_days
    from account_months
    cross join window_months
    left join first_events
        on
            account_months.account_id = first_events.account_id
            and account_months.month = first_events.month
            and first_events.event_rank = 1
    where
        account_months.month > window_months.opening_month
        and account_months.month <= window_months.closing_month
        and account_months.movement_type <> 'none'
),

-- What was on hold went on when it resumed, however late: no new customer.
movements as (
    select
        coalesce(sum(moves.expansion_arr), 0) as expansion_arr,
        coalesce(sum(moves.contraction_arr), 0) as contraction_arr,
        coalesce(sum(moves.churned_arr + moves.paused_arr), 0) as churned_arr,
        coalesce(sum(case when moves.had_arr_before then moves.arrived_arr end), 0)
            as returned_arr,
        coalesce(sum(case
            when moves.movement_type = 'resumed' or moves.away_days <= 90
                then moves.arrived_arr
        end), 0) as early_returned_arr,
        count(case when moves.movement_type in ('churn', 'paused') then 1 end)
            as churned_accounts,
        count(case
            when moves.movement_type = 'new' and not moves.had_arr_before then 1
        end) as new_accounts
    from moves
),

opening as (
    select
        coalesce(sum(account_months.closing_arr), 0) as opening_arr,
        count(case when account_months.closing_arr > 0 then 1 end) as opening_accounts
    from account_months
    inner join window_months
        on account_months.month = window_months.opening_month
),

final as (
    select
        opening.*,
        parents.*,
        subscriptions.*,
        movements.*
    from opening
    cross join parents
    cross join subscriptions
    cross join movements
)

select * from final
