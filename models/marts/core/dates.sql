-- One row per day, from the first to the last day that any contract can reach.
-- Weeks start on Monday.
{%- set first_day = date_literal(iso_date_var('dates_from')) %}
{%- set last_day = date_literal(iso_date_var('dates_to')) %}

with numbers as (
    {{ whole_numbers(5) | indent(4) }}
),

days as (
    select {{ add_days(first_day, 'numbers.number') }} as date_day
    from numbers
    where numbers.number <= {{ days_between(first_day, last_day) }}
),

final as (
    select
        days.date_day,
        {{ week_of('days.date_day') }} as week,
        {{ month_of('days.date_day') }} as month,
        {{ quarter_of('days.date_day') }} as quarter,
        cast(extract(year from days.date_day) as integer) as year,
        {{ month_of(add_days('days.date_day', 1)) }} <> {{ month_of('days.date_day') }}
            as is_month_end,
        days.date_day <= {{ as_of() }} as is_past
    from days
)

select * from final
