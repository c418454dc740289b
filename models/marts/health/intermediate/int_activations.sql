-- One row per customer whose first year is known from its start: the first day by which
-- a week's use reached every threshold of its touch tier (activation_thresholds), and
-- the days from its first ARR to then. Null while it has not been reached. A customer
-- from before usage was recorded has no row. Features count where they are reported.
with lines as (
    select * from {{ ref('int_known_lines') }}
),

usage_weeks as (
    select * from {{ ref('usage_weekly') }}
),

touch_tiers as (
    select * from {{ ref('touch_tiers') }}
),

thresholds as (
    select * from {{ ref('activation_thresholds') }}
),

recorded as (
    select min(usage_weeks.week) as recorded_from from usage_weeks
),

customers as (
    select
        lines.account_id,
        min(lines.valid_from) as first_arr_on
    from lines
    cross join recorded
    where lines.arr > 0
    group by lines.account_id, recorded.recorded_from
    having min(lines.valid_from) >= recorded.recorded_from
),

first_year as (
    select
        customers.account_id,
        usage_weeks.week,
        least({{ add_days('usage_weeks.week', 6) }}, {{ as_of() }}) as reached_on,
        usage_weeks.active_users_average,
        usage_weeks.active_user_days,
        usage_weeks.sessions,
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

bought as (
    select
        first_year.account_id,
        first_year.week,
        sum(lines.arr) as arr,
        sum(case when lines.is_seat then lines.quantity else 0 end) as seats,
        sum(case when lines.is_self_service then 0 else 1 end)
        = 0 as is_self_service_only
    from first_year
    inner join lines
        on
            first_year.account_id = lines.account_id
            and first_year.reached_on >= lines.valid_from
            and first_year.reached_on < lines.known_to
    group by first_year.account_id, first_year.week
),

activated as (
    select
        first_year.account_id,
        min(first_year.reached_on) as activated_on
    from first_year
    inner join bought
        on
            first_year.account_id = bought.account_id
            and first_year.week = bought.week
    inner join touch_tiers
        on {{ in_touch_tier('bought.arr', 'bought.is_self_service_only') }}
    inner join thresholds
        on touch_tiers.touch_tier = thresholds.touch_tier
    where
        first_year.active_users_average >= thresholds.seats_active * bought.seats
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
        activated.activated_on,
        {{ days_between('customers.first_arr_on', 'activated.activated_on') }}
            as time_to_first_value_days
    from customers
    left join activated
        on customers.account_id = activated.account_id
)

select * from final
