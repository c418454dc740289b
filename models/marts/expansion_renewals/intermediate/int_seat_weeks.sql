-- One row per account and week that is over and has usage: how many of the seats bought
-- by its Sunday were in use, and how often by each who used them.
with usage_weeks as (
    select * from {{ ref('usage_weekly') }}
    where {{ add_days('week', 6) }} <= {{ as_of() }}
),

lines as (
    select * from {{ ref('arr_lines') }}
),

products as (
    select * from {{ ref('stg_billing__products') }}
),

seat_lines as (
    select
        lines.account_id,
        lines.valid_from,
        lines.valid_to,
        lines.quantity,
        lines.arr
    from lines
    left join products
        on lines.product_id = products.product_id
    where coalesce(products.unit, 'seat') = 'seat'
),

with_seats as (
    select
        usage_weeks.account_id,
        usage_weeks.week,
        {{ add_days('usage_weeks.week', 6) }} as taken_on,
        usage_weeks.active_users_average as users,
        usage_weeks.sessions,
        usage_weeks.active_user_days,
        usage_weeks.features_used,
        -- To 64 bits first: rounding 128 of them takes longer than all the rest.
        cast(cast(sum(seat_lines.quantity) as decimal(18, 4)) as decimal(18, 2))
            as seats,
        cast(sum(seat_lines.arr) as decimal(18, 2)) as seat_arr
    from usage_weeks
    inner join seat_lines
        on
            usage_weeks.account_id = seat_lines.account_id
            and {{ add_days('usage_weeks.week', 6) }} >= seat_lines.valid_from
            and {{ add_days('usage_weeks.week', 6) }}
            < {{ open_end('seat_lines.valid_to') }}
    group by
        usage_weeks.account_id,
        usage_weeks.week,
        usage_weeks.active_users_average,
        usage_weeks.sessions,
        usage_weeks.active_user_days,
        usage_weeks.features_used
),

final as (
    select
        with_seats.account_id,
        with_seats.week,
        with_seats.taken_on,
        with_seats.users,
        with_seats.seats,
        with_seats.seat_arr,
        {{ safe_divide('with_seats.users', 'with_seats.seats') }} as seat_utilisation,
        {{ safe_divide('with_seats.sessions', 'with_seats.active_user_days') }}
            as engagement,
        with_seats.features_used
    from with_seats
)

select * from final
