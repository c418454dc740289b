-- One row per customer and scored week since its first usage: how much the product is
-- used against what was bought, and against itself 60 days before.
with customer_weeks as (
    select * from {{ ref('int_customer_weeks') }}
),

levels as (
    select * from {{ ref('int_usage_levels') }}
),

usage_weeks as (
    select * from {{ ref('usage_weekly') }}
),

weeks as (
    select * from {{ ref('int_health_weeks') }}
),

-- The day up to which the source has reported of anybody: silence after it is no fact.
reported as (
    select
        weeks.week,
        max(max(usage_weeks.last_reported_on)) over (
            order by weeks.week
            rows between unbounded preceding and current row
        ) as usage_known_on
    from weeks
    left join usage_weeks
        on weeks.week = usage_weeks.week
    group by weeks.week
),

-- What there is to use, where no seed says it: the most that anybody has been seen to.
most_features as (
    select
        usage_weeks.week,
        max(max(usage_weeks.features_used)) over (
            order by usage_weeks.week
            rows between unbounded preceding and current row
        ) as features
    from usage_weeks
    group by usage_weeks.week
),

final as (
    select
        customer_weeks.account_id,
        customer_weeks.week,
        {{ safe_divide('levels.users', '(levels.weeks * customer_weeks.seats)') }}
            as seat_utilisation,
        case
            when levels.weeks_before >= 2
                then {{ safe_divide('(levels.users * levels.weeks_before)', '(levels.users_before * levels.weeks)') }} - 1
        end as active_user_trend,
        {{ safe_divide('levels.sessions', 'levels.user_days') }} as usage_frequency,
        {{ safe_divide('levels.user_days', '(levels.active_days * levels.most_users)') }} as stickiness,
        {{ safe_divide('levels.features_used', 'coalesce(customer_weeks.features_bought, most_features.features)') }}
            as feature_breadth,
        {{ safe_divide(
            'levels.feature_users',
            '(customer_weeks.seats * coalesce(customer_weeks.features_bought, most_features.features))'
        ) }} as feature_depth,
        cast(round({{ safe_divide('levels.users', 'levels.weeks') }}, 2) as decimal(12, 2)) as active_users,
        reported.usage_known_on
    from customer_weeks
    inner join levels
        on
            customer_weeks.account_id = levels.account_id
            and customer_weeks.week = levels.week
    inner join reported
        on customer_weeks.week = reported.week
    left join most_features
        on customer_weeks.week = most_features.week
)

select * from final
