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

joined as (
    select
        customer_weeks.account_id,
        customer_weeks.week,
        customer_weeks.seats,
        coalesce(customer_weeks.features_bought, most_features.features) as features,
        levels.users,
        levels.weeks,
        levels.users_before,
        levels.weeks_before,
        levels.most_users,
        levels.user_days,
        levels.active_days,
        levels.sessions,
        levels.features_used,
        levels.feature_users,
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
),

final as (
    select
        joined.account_id,
        joined.week,
        {{ safe_divide('joined.users', '(joined.weeks * joined.seats)') }}
            as seat_utilisation,
        case
            when joined.weeks_before >= 2
                then {{ safe_divide(
                    '(joined.users * joined.weeks_before)',
                    '(joined.users_before * joined.weeks)'
                ) }} - 1
        end as active_user_trend,
        {{ safe_divide('joined.sessions', 'joined.user_days') }} as usage_frequency,
        {{ safe_divide(
            'joined.user_days', '(joined.active_days * joined.most_users)'
        ) }} as stickiness,
        {{ safe_divide('joined.features_used', 'joined.features') }}
            as feature_breadth,
        {{ safe_divide('joined.feature_users', '(joined.seats * joined.features)') }}
            as feature_depth,
        cast(
            round({{ safe_divide('joined.users', 'joined.weeks') }}, 2)
            as decimal(12, 2)
        ) as active_users,
        joined.usage_known_on
    from joined
)

select * from final
