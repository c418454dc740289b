-- One row per account and week (from its Monday) with usage reported. A row that covers
-- a week works like a day's; events count where no daily usage is sent.
{%- set uses = 'usage_days.active_users, usage_days.sessions, usage_days.events' %}
with daily as (
    select * from {{ ref('stg_usage__daily') }}
    where {{ in_weeks_to_build('usage_date') }}
),

features_daily as (
    select * from {{ ref('stg_usage__features_daily') }}
    where {{ in_weeks_to_build('usage_date') }}
),

events as (
    select * from {{ ref('stg_usage__events') }}
    where
        {{ in_weeks_to_build('occurred_on') }}
        and not exists (select 1 from {{ ref('stg_usage__daily') }})
),

usage_days as (
    select
        daily.account_id,
        {{ week_of('daily.usage_date') }} as week,
        daily.usage_date,
        daily.active_users,
        daily.sessions,
        daily.events
    from daily
    union all
    select
        events.account_id,
        {{ week_of('events.occurred_on') }} as week,
        events.occurred_on as usage_date,
        nullif(count(distinct events.user_id), 0) as active_users,
        cast(null as bigint) as sessions,
        count(*) as events
    from events
    group by events.account_id, events.occurred_on
),

numbered_days as (
    select
        usage_days.*,
        {{ days_between('usage_days.week', 'usage_days.usage_date') }} as day,
        -- Use by nobody knows whom (1) makes active days of a week that counts no user.
        case
            when usage_days.active_users > 0 then 2 when coalesce({{ uses }}) > 0 then 1
        end as kind
    from usage_days
),

-- A merged account has several rows a day: seven sums cost less than grouping by day.
week_days as (
    select
        numbered_days.account_id,
        numbered_days.week,
        {%- for day in range(7) %}
        sum(case when numbered_days.day = {{ day }} then numbered_days.active_users end)
            as users_{{ day }},
        max(case when numbered_days.day = {{ day }} then numbered_days.kind end)
            as kind_{{ day }},
        {%- endfor %}
        max(numbered_days.kind) as kind,
        sum(numbered_days.active_users) as all_users,
        sum(numbered_days.sessions) as sessions,
        sum(numbered_days.events) as events,
        max(numbered_days.usage_date) as last_reported_on
    from numbered_days
    group by numbered_days.account_id, numbered_days.week
),

feature_days as (
    select
        features_daily.account_id,
        {{ week_of('features_daily.usage_date') }} as week,
        features_daily.feature,
        max(features_daily.active_users) as users
    from features_daily
    where coalesce(features_daily.active_users, features_daily.events, 1) > 0
    group by
        features_daily.account_id,
        {{ week_of('features_daily.usage_date') }},
        features_daily.feature
    union all
    select
        events.account_id,
        {{ week_of('events.occurred_on') }} as week,
        events.feature,
        nullif(count(distinct events.user_id), 0) as users
    from events
    where events.feature is not null
    group by events.account_id, {{ week_of('events.occurred_on') }}, events.feature
),

week_features as (
    select
        feature_days.account_id,
        feature_days.week,
        count(*) as features_used,
        max(feature_days.users) as largest_feature_users,
        sum(feature_days.users) as feature_users
    from feature_days
    group by feature_days.account_id, feature_days.week
),

summed as (
    select
        week_days.*,
        greatest(
            {%- for day in range(7) %}
            coalesce(week_days.users_{{ day }}, 0){{ ',' if not loop.last }}
            {%- endfor %}
        ) as most_users,
        {%- for day in range(7) %}
        {{ '+ ' if not loop.first -}}
        case when week_days.kind_{{ day }} = week_days.kind then 1 else 0 end
        {%- endfor %} as active_days
    from week_days
),

final as (
    select
        coalesce(summed.account_id, week_features.account_id) as account_id,
        coalesce(summed.week, week_features.week) as week,
        cast(
            case when summed.all_users is not null then summed.most_users end as bigint
        ) as active_users_max,
        cast(round(
            case
                when summed.all_users is not null and summed.active_days = 0 then 0
                else {{ safe_divide('summed.all_users', 'summed.active_days') }}
            end, 2
        ) as decimal(12, 2)) as active_users_average,
        cast(summed.all_users as bigint) as active_user_days,
        cast(summed.active_days as bigint) as active_days,
        cast(summed.sessions as bigint) as sessions,
        cast(summed.events as bigint) as events,
        cast(week_features.features_used as bigint) as features_used,
        cast(week_features.largest_feature_users as bigint) as largest_feature_users,
        cast(week_features.feature_users as bigint) as feature_users,
        summed.last_reported_on
    from summed
    full join week_features
        on
            summed.account_id = week_features.account_id
            and summed.week = week_features.week
)

select * from final
