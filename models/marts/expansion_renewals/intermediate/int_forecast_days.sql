-- One row per day on which net retention is forecast: as_of_date, and the ends of the
-- last eight quarters, from which it is forecast again with what was known then. Health
-- is kept for nearly as long: the eighth may lie two weeks before its first scores, and
-- all accounts are unscored then.
with numbers as (
    {{ whole_numbers(2) | indent(4) }}
),

events as (
    select * from {{ ref('arr_events') }}
),

first_arr as (
    select min(events.event_on) as first_arr_on
    from events
),

days as (
    select {{ as_of() }} as forecast_on
    union distinct
    select {{ quarter_end(as_of(), '(-numbers.number)') }} as forecast_on
    from numbers
    where numbers.number <= 8
),

final as (
    select
        days.forecast_on,
        days.forecast_on = {{ as_of() }} as is_current
    from days
    inner join first_arr
        on days.forecast_on >= first_arr.first_arr_on
    where days.forecast_on <= {{ as_of() }}
)

select * from final
