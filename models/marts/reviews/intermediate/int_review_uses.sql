-- One row per account with usage in one of the periods of a review: active users a day
-- with use, and sessions, in each.
-- Days of weeks in which nobody counted users are no days without users.
-- A change is users / days over users / days of before, less 1, in one division.
{%- set then = ['before', 'year_before'] %}
with periods as (
    select * from {{ ref('int_review_periods') }}
),

usage_weekly as (
    select * from {{ ref('usage_weekly') }}
),

summed as (
    select
        {%- for period in ['now'] + then %}
        sum(
            case
                when periods.period = '{{ period }}'
                    then usage_weekly.active_user_days
            end
        ) as user_days_{{ period }},
        sum(
            case
                when
                    periods.period = '{{ period }}'
                    and usage_weekly.active_user_days is not null
                    then usage_weekly.active_days
            end
        ) as days_{{ period }},
        sum(
            case when periods.period = '{{ period }}' then usage_weekly.sessions end
        ) as sessions_{{ period }},
        {%- endfor %}
        usage_weekly.account_id
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
        {%- for period in then %}
        {%- set base = '(summed.user_days_' ~ period ~ ' * summed.days_now)' %}
        {%- set change = 'change' if period == 'before' else 'change_on_year' %}
        {%- set then_days = 'summed.user_days_now * summed.days_' ~ period %}
        {{ safe_divide('summed.user_days_' ~ period, 'summed.days_' ~ period) }}
            as active_users_{{ period }},
        {{ safe_divide('(' ~ then_days ~ ' - ' ~ base ~ ')', base) }}
            as active_users_{{ change }},
        {%- endfor %}
        {{ safe_divide('summed.user_days_now', 'summed.days_now') }} as active_users
    from summed
)

select * from final
