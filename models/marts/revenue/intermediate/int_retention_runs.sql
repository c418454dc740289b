-- One row per slice value, window and run of months [as_of_from, as_of_to) in which the
-- windows of some accounts end alike: those accounts together. Summed before their
-- months are told apart, so that nobody has a row for each month.
{{ config(materialized='view') }}

with slices as (
    select * from {{ ref('int_retention_slices') }}
),

final as (
    select
        slices.as_of_from,
        slices.as_of_to,
        slices.window_months,
        slices.slice_name,
        slices.slice_value,
        count(*) as base_accounts,
        sum(case when slices.current_arr > 0 then 1 else 0 end) as retained_accounts,
        sum(slices.base_arr) as base_arr,
        sum(slices.current_arr) as current_arr,
        sum(least(slices.base_arr, slices.current_arr)) as gross_retained_arr,
        sum(slices.low_water_arr) as low_water_arr,
        sum(case when slices.is_reactivated then slices.current_arr else 0 end)
            as reactivated_arr,
        sum(
            case
                when slices.is_reactivated
                    then least(slices.base_arr, slices.current_arr)
                else 0
            end
        ) as gross_reactivated_arr
    from slices
    group by
        slices.as_of_from,
        slices.as_of_to,
        slices.window_months,
        slices.slice_name,
        slices.slice_value
)

select * from final
