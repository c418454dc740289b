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

usage_by_week as (
    select
        usage_weeks.week,
        max(usage_weeks.last_reported_on) as last_reported_on,
        max(usage_weeks.features_used) as features_used
    from usage_weeks
    group by usage_weeks.week
),

-- Of anybody, up to the week, which may have no usage yet: the day up to which the
-- source has reported, since silence after it is no fact; and what there is to use,
-- where no seed says it: the most that anybody has been seen to.
seen as (
    select
        weeks.week,
        max(usage_by_week.last_reported_on) as usage_known_on,
        max(usage_by_week.features_used) as features
    from weeks
    inner join usage_by_week
        on weeks.week >= usage_by_week.week
    group by weeks.week
),

joined as (
    select
        customer_weeks.account_id,
        customer_weeks.week,
        customer_weeks.seats,
        coalesce(customer_weeks.features_bought, seen.features) as features,
        levels.users,
        levels.users_before,
        -- Four at most: products with narrow numbers stay in 64 bits.
        cast(levels.weeks as decimal(2, 0)) as weeks,
        cast(levels.weeks_before as decimal(2, 0)) as weeks_before,
        levels.most_users,
        levels.user_days,
        levels.active_days,
        levels.sessions,
        levels.features_used,
        levels.feature_users,
        seen.usage_known_on
    from customer_weeks
    inner join levels
        on
            customer_weeks.account_id = levels.account_id
            and customer_weeks.week = levels.week
    inner join seen
        on customer_weeks.week = seen.week
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
