-- One row per as-of month, window and slice value: what became of the accounts that had
-- ARR when the window opened. Closed cohort, point to point; ratios of sums. NULL,
-- never 0 or 100 %, where nobody was there to be retained. All published variants stand
-- side by side, so that one build answers what the figure is under another definition.
-- Sums may be added over slice values of one slice, never over months or windows.
with slices as (
    select * from {{ ref('int_retention_slices') }}
),

months as (
    select * from {{ ref('int_months') }}
),

first_months as (
    select min(arr_monthly.month) as month
    from {{ ref('arr_monthly') }} as arr_monthly
),

windows as (
    select 1 as window_months
    union all
    select 3 as window_months
    union all
    select 12 as window_months
),

-- Slice `all` has its row even where the window opens before the first account.
empty_windows as (
    select
        months.month as as_of_month,
        windows.window_months
    from months
    inner join first_months
        on months.month >= first_months.month
    cross join windows
),

outcomes as (
    select
        slices.as_of_month,
        slices.window_months,
        slices.slice_name,
        slices.slice_value,
        1 as base_account,
        slices.base_arr,
        slices.current_arr,
        slices.low_water_arr,
        least(slices.base_arr, slices.current_arr) as gross_retained_arr,
        case when slices.is_reactivated then slices.current_arr else 0 end
            as reactivated_arr,
        case
            when
                slices.is_reactivated
                then least(slices.base_arr, slices.current_arr)
            else 0
        end
            as gross_reactivated_arr
    from slices
    union all
    select
        empty_windows.as_of_month,
        empty_windows.window_months,
        'all' as slice_name,
        'all' as slice_value,
        0 as base_account,
        0 as base_arr,
        0 as current_arr,
        0 as low_water_arr,
        0 as gross_retained_arr,
        0 as reactivated_arr,
        0 as gross_reactivated_arr
    from empty_windows
),

summed as (
    select
        outcomes.as_of_month,
        outcomes.window_months,
        outcomes.slice_name,
        outcomes.slice_value,
        cast(sum(outcomes.base_account) as bigint) as base_accounts,
        cast(sum(case when outcomes.current_arr > 0 then 1 else 0 end) as bigint)
            as retained_accounts,
        cast(sum(outcomes.base_arr) as decimal(18, 2)) as base_arr,
        cast(sum(outcomes.current_arr) as decimal(18, 2)) as current_arr,
        cast(sum(outcomes.gross_retained_arr) as decimal(18, 2)) as gross_retained_arr,
        cast(sum(outcomes.low_water_arr) as decimal(18, 2)) as low_water_arr,
        cast(sum(outcomes.reactivated_arr) as decimal(18, 2)) as reactivated_arr,
        cast(sum(outcomes.gross_reactivated_arr) as decimal(18, 2))
            as gross_reactivated_arr
    from outcomes
    group by
        outcomes.as_of_month,
        outcomes.window_months,
        outcomes.slice_name,
        outcomes.slice_value
),

final as (
    select
        summed.as_of_month,
        summed.window_months,
        summed.slice_name,
        summed.slice_value,
        summed.base_accounts,
        summed.retained_accounts,
        summed.base_arr,
        summed.current_arr,
        summed.gross_retained_arr,
        summed.low_water_arr,
        summed.reactivated_arr,
        {{ safe_divide('summed.current_arr', 'summed.base_arr') }} as nrr,
        {{ safe_divide('summed.gross_retained_arr', 'summed.base_arr') }} as grr,
        {{ safe_divide('summed.retained_accounts', 'summed.base_accounts') }}
            as logo_retention,
        {{ safe_divide(
            '(summed.current_arr - summed.reactivated_arr)', 'summed.base_arr'
        ) }} as nrr_excluding_reactivated,
        {{ safe_divide(
            '(summed.gross_retained_arr - summed.gross_reactivated_arr)',
            'summed.base_arr'
        ) }} as grr_excluding_reactivated,
        {{ safe_divide('summed.low_water_arr', 'summed.base_arr') }} as grr_low_water,
        months.is_partial
    from summed
    inner join months
        on summed.as_of_month = months.month
)

select * from final
