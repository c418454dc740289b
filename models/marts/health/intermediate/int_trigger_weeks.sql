-- One row per customer and health week that is over: the use on which the weekly
-- triggers decide, and until when it is the latest. A week that still runs opens
-- nothing: its reading would be another one tomorrow. The trend is the driver's, and as
-- stale as that: a source that has fallen silent says nothing of whose use declines.
with usage_facts as (
    select * from {{ ref('int_usage_facts') }}
),

customer_weeks as (
    select * from {{ ref('int_customer_weeks') }}
),

usage_weeks as (
    select * from {{ ref('usage_weekly') }}
),

levels as (
    select * from {{ ref('int_usage_levels') }}
),

policies as (
    select * from {{ ref('int_health_policies') }}
    where driver = 'active_user_trend'
),

final as (
    select
        usage_facts.account_id,
        usage_facts.week,
        customer_weeks.taken_on as valid_from,
        {{ add_days('customer_weeks.taken_on', 7) }} as valid_to,
        case
            when
                {{ days_between(
                    'usage_facts.usage_known_on', 'customer_weeks.taken_on'
                ) }} > policies.stale_after_days
                then null
            else usage_facts.active_user_trend
        end as active_user_trend,
        {{ safe_divide('levels.users', 'levels.weeks') }} as users,
        {{ safe_divide('levels.users_before', 'levels.weeks_before') }} as users_before,
        {{ safe_divide('usage_weeks.active_users_average', 'customer_weeks.seats') }}
            as seats_in_use,
        {{ safe_divide('usage_weeks.sessions', 'usage_weeks.active_user_days') }}
            as engagement
    from usage_facts
    inner join customer_weeks
        on
            usage_facts.account_id = customer_weeks.account_id
            and usage_facts.week = customer_weeks.week
    inner join levels
        on
            usage_facts.account_id = levels.account_id
            and usage_facts.week = levels.week
    left join policies
        on
            customer_weeks.touch_tier = policies.touch_tier
            and customer_weeks.stage_by_age = policies.stage_by_age
    left join usage_weeks
        on
            usage_facts.account_id = usage_weeks.account_id
            and usage_facts.week = usage_weeks.week
    where {{ add_days('customer_weeks.week', 6) }} <= {{ as_of() }}
)

select * from final
