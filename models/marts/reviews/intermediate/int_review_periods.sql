-- One row per period that a business review compares: the thirteen whole weeks up to
-- as_of_date (`now`), the thirteen ahead of those (`before`), and those of 52 weeks ago
-- (`year_before`). All run to a Sunday.
with review_weeks as (
    select {{ week_of(add_days(as_of(), -6)) }} as last_week
),

final as (
    select
        'now' as period,
        {{ add_days('review_weeks.last_week', -84) }} as valid_from,
        {{ add_days('review_weeks.last_week', 7) }} as valid_to
    from review_weeks
    union all
    select
        'before' as period,
        {{ add_days('review_weeks.last_week', -175) }} as valid_from,
        {{ add_days('review_weeks.last_week', -84) }} as valid_to
    from review_weeks
    union all
    select
        'year_before' as period,
        {{ add_days('review_weeks.last_week', -448) }} as valid_from,
        {{ add_days('review_weeks.last_week', -357) }} as valid_to
    from review_weeks
)

select * from final
