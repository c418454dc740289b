-- One row per published definition of retention: the same twelve months of the same
-- company, under each. What differs is the unit that is followed (account, parent,
-- subscription), whose movements count, and what a return is.
--
-- The window ends with the month that holds as_of_date and opens twelve months before.
-- Sources are named in each row; they were read in November 2026 and may have changed.
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

retention as (
    select * from {{ ref('retention') }}
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
        sum(
            case
                when
                    account_months.month = window_months.opening_month
                    then account_months.closing_arr
                else 0
            end
        )
            as opening_arr,
        sum(
            case
                when
                    account_months.month = window_months.closing_month
                    then account_months.closing_arr
                else 0
            end
        )
            as closing_arr
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

-- Movements of everybody in the window, also of accounts that joined inside it.
movements as (
    select
        sum(account_months.expansion_arr) as expansion_arr,
        sum(account_months.contraction_arr) as contraction_arr,
        sum(account_months.churned_arr + account_months.paused_arr) as churned_arr,
        sum(account_months.reactivation_arr + account_months.resumed_arr)
            as reactivation_arr,
        sum(
            case
                when account_months.movement_type in ('churn', 'paused') then 1 else 0
            end
        )
            as churned_accounts,
        sum(case when account_months.movement_type = 'new' then 1 else 0 end)
            as new_accounts
    from account_months
    cross join window_months
    where account_months.month > window_months.opening_month
),

early_returns as (
    select sum(events.delta_arr) as reactivation_arr
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

answers as (
    select
        1 as position,
        'NRR, closed cohort of accounts, point to point' as definition,
        'Bowtie''s default; Confluent 10-K (customers of 12 months prior)' as source,
        retention.base_arr as opening_amount,
        retention.current_arr as counted_amount
    from retention
    cross join window_months
    where
        retention.as_of_month = window_months.closing_month
        and retention.window_months = 12
        and retention.slice_name = 'all'
    union all
    select
        2 as position,
        'NRR, closed cohort of ultimate parents' as definition,
        'GitLab 10-Q for October 2023 (account hierarchy)' as source,
        sum(parent_levels.opening_arr) as opening_amount,
        sum(parent_levels.closing_arr) as counted_amount
    from parent_levels
    where parent_levels.opening_arr > 0
    union all
    select
        3 as position,
        'NRR, closed cohort of subscriptions' as definition,
        'Chargebee docs, Recurring Revenue: Net Revenue Retention' as source,
        sum(subscription_levels.opening_arr) as opening_amount,
        sum(subscription_levels.closing_arr) as counted_amount
    from subscription_levels
    where subscription_levels.opening_arr > 0
    union all
    select
        4 as position,
        'NRR, 1 - net churn: all movements over the opening, returns offset churn'
            as definition,
        'ChartMogul help centre, Net MRR Churn Rate (standard formula)' as source,
        opening.opening_arr as opening_amount,
        opening.opening_arr + movements.churned_arr + movements.contraction_arr
        + movements.expansion_arr + movements.reactivation_arr as counted_amount
    from opening
    cross join movements
    union all
    select
        5 as position,
        'NRR, 1 - (churn - expansion): returns count nowhere' as definition,
        'Baremetrics changelog, New metric: Net Revenue Retention' as source,
        opening.opening_arr as opening_amount,
        opening.opening_arr + movements.churned_arr + movements.contraction_arr
        + movements.expansion_arr as counted_amount
    from opening
    cross join movements
    union all
    select
        6 as position,
        'NRR, all movements, a return after 90 days is a new customer' as definition,
        'Maxio, as compared in Paddle help, ProfitWell vs Maxio' as source,
        opening.opening_arr as opening_amount,
        opening.opening_arr + movements.churned_arr + movements.contraction_arr
        + movements.expansion_arr
        + coalesce(early_returns.reactivation_arr, 0) as counted_amount
    from opening
    cross join movements
    cross join early_returns
    union all
    select
        7 as position,
        'GRR, closed cohort of accounts, lower of then and now' as definition,
        'Bowtie''s default' as source,
        retention.base_arr as opening_amount,
        retention.gross_retained_arr as counted_amount
    from retention
    cross join window_months
    where
        retention.as_of_month = window_months.closing_month
        and retention.window_months = 12
        and retention.slice_name = 'all'
    union all
    select
        8 as position,
        'GRR, closed cohort of subscriptions, lower of then and now' as definition,
        'Chargebee docs, Recurring Revenue: Gross Revenue Retention' as source,
        sum(subscription_levels.opening_arr) as opening_amount,
        sum(least(subscription_levels.opening_arr, subscription_levels.closing_arr))
            as counted_amount
    from subscription_levels
    where subscription_levels.opening_arr > 0
    union all
    select
        9 as position,
        'GRR, 1 - gross churn: all churn and contraction over the opening'
            as definition,
        'ChartMogul help centre, Gross MRR Churn Rate (standard formula)' as source,
        opening.opening_arr as opening_amount,
        opening.opening_arr
        + movements.churned_arr
        + movements.contraction_arr as counted_amount
    from opening
    cross join movements
    union all
    select
        10 as position,
        'Logo retention, closed cohort of accounts' as definition,
        'Bowtie''s default' as source,
        retention.base_accounts as opening_amount,
        retention.retained_accounts as counted_amount
    from retention
    cross join window_months
    where
        retention.as_of_month = window_months.closing_month
        and retention.window_months = 12
        and retention.slice_name = 'all'
    union all
    select
        11 as position,
        'Logo retention, 1 - churned over those at the start and those who joined'
            as definition,
        'Stripe docs, Billing metric definitions: subscriber churn, there over 30 days'
            as source,
        opening.opening_accounts + movements.new_accounts as opening_amount,
        opening.opening_accounts
        + movements.new_accounts
        - movements.churned_accounts as counted_amount
    from opening
    cross join movements
),

final as (
    select
        answers.position,
        answers.definition,
        answers.source,
        cast(answers.opening_amount as decimal(18, 2)) as opening_amount,
        cast(answers.counted_amount as decimal(18, 2)) as counted_amount,
        {{ safe_divide('answers.counted_amount', 'answers.opening_amount') }} as rate
    from answers
)

-- A printed answer has an order.
select * from final -- noqa: CV13
order by position
