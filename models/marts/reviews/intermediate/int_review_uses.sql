-- One row per account with usage in one of the two periods of a review: active users a
-- day with use, and sessions, in each.
-- Days of weeks in which nobody counted users are no days without users.
-- The change is users / days over users / days of before, less 1, in one division.
{%- set before = '(summed.user_days_before * summed.days_now)' %}
{%- set gained = '(summed.user_days_now * summed.days_before - ' ~ before ~ ')' %}
with periods as (
    select * from {{ ref('int_review_periods') }}
),

usage_weekly as (
    select * from {{ ref('usage_weekly') }}
),

summed as (
    select
        usage_weekly.account_id,
        sum(
            case when periods.period = 'now' then usage_weekly.active_user_days end
        ) as user_days_now,
        sum(case
            when periods.period = 'now' and usage_weekly.active_user_days is not null
                then usage_weekly.active_days
        end) as days_now,
        sum(
            case when periods.period = 'now' then usage_weekly.sessions end
        ) as sessions_now,
        sum(
            case when periods.period = 'before' then usage_weekly.active_user_days end
        ) as user_days_before,
        sum(case
            when periods.period = 'before' and usage_weekly.active_user_days is not null
                then usage_weekly.active_days
        end) as days_before,
        sum(
            case when periods.period = 'before' then usage_weekly.sessions end
        ) as sessions_before
    from usage_weekly
    inner join periods
        on
            usage_weekly.week >= periods.valid_from
            and usage_weekly.week < periods.valid_to
    group by usage_weekly.account_id
),

final as (
    select
        summed.*,
        {{ safe_divide('summed.user_days_now', 'summed.days_now') }} as active_users,
        {{ safe_divide('summed.user_days_before', 'summed.days_before') }}
            as active_users_before,
        {{ safe_divide(gained, before) }} as active_users_change
    from summed
)

select * from final
