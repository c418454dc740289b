-- One row per account and day on which its lines or pauses change: its ARR after that
-- day's changes, whether a pause alone took the last of it, and whether a line other
-- than a self-service one is in force.
with lines as (
    select * from {{ ref('arr_lines') }}
),

item_pauses as (
    select * from {{ ref('int_item_pauses') }}
    where arr_local > 0
),

changes as (
    select
        lines.account_id,
        lines.valid_from as changed_on,
        lines.arr as arr_change,
        0 as arr_paused,
        0 as paused_items_change,
        case when lines.is_self_service then 0 else 1 end as assisted_lines_change
    from lines
    union all
    select
        lines.account_id,
        lines.valid_to as changed_on,
        -lines.arr as arr_change,
        case
            when item_pauses.subscription_item_id is not null then lines.arr
            else 0
        end as arr_paused,
        0 as paused_items_change,
        case when lines.is_self_service then 0 else -1 end as assisted_lines_change
    from lines
    left join item_pauses
        on
            lines.subscription_item_id = item_pauses.subscription_item_id
            and lines.valid_to = item_pauses.valid_from
    where lines.valid_to <= {{ as_of() }}
    union all
    select
        item_pauses.account_id,
        item_pauses.valid_from as changed_on,
        0 as arr_change,
        0 as arr_paused,
        1 as paused_items_change,
        0 as assisted_lines_change
    from item_pauses
    union all
    select
        item_pauses.account_id,
        item_pauses.valid_to as changed_on,
        0 as arr_change,
        0 as arr_paused,
        -1 as paused_items_change,
        0 as assisted_lines_change
    from item_pauses
    where item_pauses.valid_to <= {{ as_of() }}
),

by_day as (
    select
        changes.account_id,
        changes.changed_on,
        sum(changes.arr_change) as arr_change,
        sum(changes.arr_paused) as arr_paused,
        sum(changes.paused_items_change) as paused_items_change,
        sum(changes.assisted_lines_change) as assisted_lines_change
    from changes
    group by changes.account_id, changes.changed_on
),

summed as (
    select
        by_day.account_id,
        by_day.changed_on,
        by_day.arr_paused,
        cast(by_day.arr_change as decimal(18, 2)) as arr_change,
        cast(sum(by_day.arr_change) over account_history as decimal(18, 2))
            as arr_after,
        sum(by_day.paused_items_change) over account_history as paused_items_after,
        cast(sum(by_day.assisted_lines_change) over account_history as bigint)
            as assisted_lines_after
    from by_day
    window account_history as (
        partition by by_day.account_id
        order by by_day.changed_on
        rows between unbounded preceding and current row
    )
),

falls as (
    select
        summed.*,
        case
            when summed.arr_after = 0 and summed.arr_change < 0 then summed.changed_on
        end as fell_to_zero_on
    from summed
),

-- Where it fell, all that was in force the day before is paused, or some has ended.
final as (
    select
        falls.account_id,
        falls.changed_on,
        falls.arr_change,
        falls.arr_after,
        falls.fell_to_zero_on,
        falls.arr_after = 0
        and falls.paused_items_after > 0
        and coalesce(
            max(
                case
                    when falls.arr_change = -falls.arr_paused then falls.fell_to_zero_on
                end
            )
                over account_history
            = max(falls.fell_to_zero_on) over account_history,
            false
        ) as is_paused,
        falls.assisted_lines_after
    from falls
    window account_history as (
        partition by falls.account_id
        order by falls.changed_on
        rows between unbounded preceding and current row
    )
)

select * from final
