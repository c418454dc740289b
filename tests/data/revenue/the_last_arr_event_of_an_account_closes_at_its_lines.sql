-- Two models agree: what the events end at and what is in force on as_of_date.
with events as (
    select
        arr_events.account_id,
        sum(arr_events.delta_arr) as arr
    from {{ ref('arr_events') }} as arr_events
    group by arr_events.account_id
),

lines as (
    select
        arr_lines.account_id,
        sum(case when arr_lines.valid_to is null then arr_lines.arr else 0 end) as arr
    from {{ ref('arr_lines') }} as arr_lines
    group by arr_lines.account_id
),

final as (
    select
        coalesce(events.account_id, lines.account_id) as account_id,
        events.arr as arr_of_events,
        lines.arr as arr_of_lines
    from events
    full join lines
        on events.account_id = lines.account_id
    where coalesce(events.arr, 0) <> coalesce(lines.arr, 0)
)

select * from final
