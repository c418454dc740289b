-- One row per customer whose first year is known from its start: the first day by which
-- a week's use reached every threshold of its touch tier (activation_thresholds), and
-- the days from its first ARR to then. Null while it has not been reached. A customer
-- from before usage was recorded has no row. What is not reported is not asked.
with states as (
    select * from {{ ref('int_account_states') }}
    where arr > 0
),

usage_weeks as (
    select * from {{ ref('usage_weekly') }}
),

thresholds as (
    select * from {{ ref('activation_thresholds') }}
),

recorded as (
    select min(usage_weeks.week) as recorded_from from usage_weeks
),

customers as (
    select
        states.account_id,
        min(states.valid_from) as first_arr_on
    from states
    cross join recorded
    group by states.account_id, recorded.recorded_from
    having min(states.valid_from) >= recorded.recorded_from
),

first_year as (
    select
        customers.account_id,
        usage_weeks.week,
        least({{ add_days('usage_weeks.week', 6) }}, {{ as_of() }}) as reached_on,
        usage_weeks.active_users_average,
        usage_weeks.active_user_days,
        usage_weeks.sessions,
        coalesce(usage_weeks.active_days, 0) > 0
        or coalesce(usage_weeks.features_used, 0) > 0 as has_use,
        -- Five weeks of the calendar: a week without use has no row.
        max(usage_weeks.features_used) over (
            partition by customers.account_id
            order by {{ days_between('customers.first_arr_on', 'usage_weeks.week') }}
            range between 28 preceding and current row
        ) as features_used
    from customers
    inner join usage_weeks
        on
            customers.account_id = usage_weeks.account_id
            and usage_weeks.week >= {{ add_days('customers.first_arr_on', -6) }}
            and usage_weeks.week < {{ add_months('customers.first_arr_on', 12) }}
),

activated as (
    select
        first_year.account_id,
        min(first_year.reached_on) as activated_on
    from first_year
    inner join states
        on
            first_year.account_id = states.account_id
            and first_year.reached_on >= states.valid_from
            and first_year.reached_on < {{ open_end('states.valid_to') }}
    inner join thresholds
        on states.touch_tier = thresholds.touch_tier
    where
        first_year.has_use
        and coalesce(
            first_year.active_users_average >= thresholds.seats_active * states.seats,
            true
        )
        and coalesce(
            first_year.sessions
            >= thresholds.sessions_per_user * first_year.active_user_days,
            true
        )
        and coalesce(first_year.features_used >= thresholds.features_used, true)
    group by first_year.account_id
),

final as (
    select
        customers.account_id,
        customers.first_arr_on,
        activated.activated_on
    from customers
    left join activated
        on customers.account_id = activated.account_id
)

select * from final
