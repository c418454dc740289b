-- One row per account, product and day on which something of the product starts or
-- ends: its quantity, ARR and ARR at list prices before and after.
with lines as (
    select * from {{ ref('arr_lines') }}
),

changes as (
    select
        lines.account_id,
        coalesce(lines.product_id, '') as product_id,
        lines.product_family,
        lines.tier_rank,
        lines.valid_from as changed_on,
        lines.quantity,
        lines.arr,
        lines.list_arr
    from lines
    union all
    select
        lines.account_id,
        coalesce(lines.product_id, '') as product_id,
        lines.product_family,
        lines.tier_rank,
        lines.valid_to as changed_on,
        -lines.quantity as quantity,
        -lines.arr as arr,
        -lines.list_arr as list_arr
    from lines
    where lines.valid_to <= {{ as_of() }}
),

by_day as (
    select
        changes.account_id,
        changes.product_id,
        changes.product_family,
        changes.tier_rank,
        changes.changed_on,
        sum(changes.quantity) as quantity_change,
        sum(changes.arr) as arr_change,
        sum(changes.list_arr) as list_arr_change
    from changes
    group by
        changes.account_id,
        changes.product_id,
        changes.product_family,
        changes.tier_rank,
        changes.changed_on
),

running as (
    select
        by_day.*,
        sum(by_day.quantity_change) over product_history as quantity_after,
        sum(by_day.arr_change) over product_history as arr_after,
        sum(by_day.list_arr_change) over product_history as list_arr_after
    from by_day
    window product_history as (
        partition by by_day.account_id, by_day.product_id
        order by by_day.changed_on
        rows between unbounded preceding and current row
    )
),

final as (
    select
        running.account_id,
        running.product_id,
        running.product_family,
        running.tier_rank,
        running.changed_on,
        cast(running.quantity_after - running.quantity_change as decimal(18, 4))
            as quantity_before,
        cast(running.quantity_after as decimal(18, 4)) as quantity_after,
        cast(running.arr_after - running.arr_change as decimal(18, 2)) as arr_before,
        cast(running.arr_after as decimal(18, 2)) as arr_after,
        cast(running.list_arr_after - running.list_arr_change as decimal(18, 2))
            as list_arr_before,
        cast(running.list_arr_after as decimal(18, 2)) as list_arr_after
    from running
)

select * from final
