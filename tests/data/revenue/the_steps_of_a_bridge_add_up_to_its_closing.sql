-- And it opens and closes where the waterfall does.
with bridges as (
    select
        arr_bridge_steps.window_months,
        sum(case
            when arr_bridge_steps.step = 'closing' then -arr_bridge_steps.arr
            else arr_bridge_steps.arr
        end) as left_over,
        sum(case
            when arr_bridge_steps.step = 'closing' then arr_bridge_steps.arr
            else 0
        end) as closing_arr
    from {{ ref('arr_bridge_steps') }} as arr_bridge_steps
    group by arr_bridge_steps.window_months
),

company as (
    select sum(arr_waterfall.closing_arr) as closing_arr
    from {{ ref('arr_waterfall') }} as arr_waterfall
    where
        arr_waterfall.slice_name = 'all'
        and arr_waterfall.month = {{ closed_month() }}
),

final as (
    select
        bridges.window_months,
        bridges.left_over,
        bridges.closing_arr
    from bridges
    cross join company
    where
        bridges.left_over <> 0
        or bridges.closing_arr <> coalesce(company.closing_arr, 0)
)

select * from final
