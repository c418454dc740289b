-- The first of an account opens at 0.
with events as (
    select
        arr_events.*,
        coalesce(lag(arr_events.closing_arr) over (
            partition by arr_events.account_id
            order by arr_events.event_on
        ), 0) as previous_closing_arr
    from {{ ref('arr_events') }} as arr_events
),

final as (
    select
        events.account_id,
        events.event_on
    from events
    where events.opening_arr <> events.previous_closing_arr
)

select * from final
