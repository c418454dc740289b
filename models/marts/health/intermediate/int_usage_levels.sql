-- One row per customer and week since its first usage: sums of the last four weeks, of
-- the four that ended 60 days before, and what was seen within five weeks. A week
-- without a row is a week without use, once its users have been counted (a source may
-- send events alone); only a week that is not over waits for its first.
with customer_weeks as (
    select * from {{ ref('int_customer_weeks') }}
),

usage_weeks as (
    select * from {{ ref('usage_weekly') }}
),

weeks as (
    select * from {{ ref('int_health_weeks') }}
),

users as (
    select
        usage_weeks.account_id,
        min(usage_weeks.week) as first_week,
        min(case
            when usage_weeks.active_users_average is not null then usage_weeks.week
        end) as first_counted_week
    from usage_weeks
    group by usage_weeks.account_id
),

lives as (
    select
        customer_weeks.account_id,
        users.first_week,
        users.first_counted_week,
        max(customer_weeks.week) as last_week
    from customer_weeks
    inner join users
        on customer_weeks.account_id = users.account_id
    group by customer_weeks.account_id, users.first_week, users.first_counted_week
),

every_week as (
    select
        lives.account_id,
        weeks.week,
        case
            when usage_weeks.week is not null then usage_weeks.active_users_average
            when weeks.taken_on < {{ add_days('weeks.week', 6) }} then null
            when lives.first_counted_week <= weeks.week then 0
        end as users,
        coalesce(usage_weeks.active_users_max, 0) as most_users,
        coalesce(usage_weeks.active_user_days, 0) as user_days,
        case
            when usage_weeks.active_user_days is null then 0
            else usage_weeks.active_days
        end as active_days,
        usage_weeks.sessions,
        usage_weeks.features_used,
        usage_weeks.feature_users
    from lives
    inner join weeks
        on
            lives.first_week <= weeks.week
            and lives.last_week >= weeks.week
    left join usage_weeks
        on
            lives.account_id = usage_weeks.account_id
            and weeks.week = usage_weeks.week
),

final as (
    select
        every_week.account_id,
        every_week.week,
        cast(sum(every_week.users) over lately as decimal(14, 2)) as users,
        cast(sum(
            case when every_week.users is null then 0 else 1 end
        ) over lately as bigint) as weeks,
        cast(sum(every_week.users) over before as decimal(14, 2)) as users_before,
        cast(sum(
            case when every_week.users is null then 0 else 1 end
        ) over before as bigint) as weeks_before,
        max(every_week.most_users) over lately as most_users,
        cast(sum(every_week.user_days) over lately as bigint) as user_days,
        cast(sum(every_week.active_days) over lately as bigint) as active_days,
        cast(sum(every_week.sessions) over lately as bigint) as sessions,
        max(every_week.features_used) over five_weeks as features_used,
        max(every_week.feature_users) over five_weeks as feature_users
    from every_week
    window
        lately as (
            partition by every_week.account_id
            order by every_week.week
            rows between 3 preceding and current row
        ),
        five_weeks as (
            partition by every_week.account_id
            order by every_week.week
            rows between 4 preceding and current row
        ),
        before as (
            partition by every_week.account_id
            order by every_week.week
            rows between 12 preceding and 9 preceding
        )
)

select * from final
