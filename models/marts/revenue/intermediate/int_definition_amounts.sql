-- One row per as-of date: what the published definitions of retention are made of,
-- over the twelve months up to it. They differ in the unit that is followed (account,
-- parent, subscription), in whose movements count, and in what a return is.
with account_months as (
    select * from {{ ref('arr_monthly') }}
),

profiles as (
    select * from {{ ref('account_profiles') }}
),

lines as (
    select * from {{ ref('arr_lines') }}
),

events as (
    select * from {{ ref('arr_events') }}
),

window_months as (
    select
        {{ month_of(as_of()) }} as closing_month,
        {{ add_months(month_of(as_of()), -12) }} as opening_month,
        {{ add_days(add_months(month_of(as_of()), -11), -1) }} as opens_after
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

-- Followed unit: the subscription, so that a renewal in a new row is a loss and a gain.
subscription_levels as (
    select
        lines.subscription_id as unit_id,
        sum(case
            when lines.valid_from <= window_months.opens_after
                and {{ open_end('lines.valid_to') }} > window_months.opens_after
                then lines.arr
            else 0
        end) as opening_arr,
        sum(case when lines.valid_to is null then lines.arr else 0 end) as closing_arr
    from lines
    cross join window_months
    group by lines.subscription_id
),

parents as (
    select
        sum(parent_levels.opening_arr) as parent_opening_arr,
        sum(parent_levels.closing_arr) as parent_closing_arr
    from parent_levels
    where parent_levels.opening_arr > 0
),

subscriptions as (
    select
        sum(subscription_levels.opening_arr) as subscription_opening_arr,
        sum(subscription_levels.closing_arr) as subscription_closing_arr,
        sum(least(subscription_levels.opening_arr, subscription_levels.closing_arr))
            as subscription_kept_arr
    from subscription_levels
    where subscription_levels.opening_arr > 0
),

-- Movements of everybody in the window, also of accounts that joined inside it.
movements as (
    select
        sum(account_months.expansion_arr) as expansion_arr,
        sum(account_months.contraction_arr) as contraction_arr,
        sum(account_months.churned_arr + account_months.paused_arr) as churned_arr,
        sum(account_months.reactivation_arr + account_months.resumed_arr)
            as returned_arr,
        sum(case
            when account_months.movement_type in ('churn', 'paused') then 1
            else 0
        end) as churned_accounts,
        sum(case when account_months.movement_type = 'new' then 1 else 0 end)
            as new_accounts
    from account_months
    cross join window_months
    where account_months.month > window_months.opening_month
),

early_returns as (
    select coalesce(sum(events.delta_arr), 0) as early_returned_arr
    from events
    cross join window_months
    where
        events.movement_type in ('reactivation', 'resumed')
        and events.event_on > window_months.opens_after
        and {{ days_between('events.last_fell_to_zero_on', 'events.event_on') }} <= 90
),

opening as (
    select
        sum(account_months.closing_arr) as opening_arr,
        sum(case when account_months.closing_arr > 0 then 1 else 0 end)
            as opening_accounts
    from account_months
    inner join window_months
        on account_months.month = window_months.opening_month
),

final as (
    select
        opening.opening_arr,
        opening.opening_accounts,
        parents.parent_opening_arr,
        parents.parent_closing_arr,
        subscriptions.subscription_opening_arr,
        subscriptions.subscription_closing_arr,
        subscriptions.subscription_kept_arr,
        movements.expansion_arr,
        movements.contraction_arr,
        movements.churned_arr,
        movements.returned_arr,
        early_returns.early_returned_arr,
        movements.churned_accounts,
        movements.new_accounts
    from opening
    cross join parents
    cross join subscriptions
    cross join movements
    cross join early_returns
)

select * from final
