-- One row per week that is scored, and per week before that whose usage a score looks
-- back to (not is_scored). It is taken at its Sunday, the last one at as_of_date.
with dates as (
    select * from {{ ref('dates') }}
),

final as (
    select
        dates.week,
        max(dates.date_day) as taken_on,
        dates.week = {{ week_of(as_of()) }} as is_last,
        {{ days_between('dates.week', week_of(as_of())) }}
        < 7 * {{ whole_number_var('health_history_weeks') }} as is_scored
    from dates
    where
        dates.is_past
        and {{ days_between('dates.week', week_of(as_of())) }}
        < 7 * ({{ whole_number_var('health_history_weeks') }} + 16)
    group by dates.week
)

select * from final
