-- One row per as-of month, window and slice value: what became of the accounts that had
-- ARR when the window opened. Closed cohort, point to point; ratios of sums. NULL,
-- never 0 or 100 %, where nobody was there to be retained. All published variants stand
-- side by side, so that one build answers what the figure is under another definition.
-- Sums may be added over slice values of one slice, never over months or windows.
with runs as (
    select * from {{ ref('int_retention_runs') }}
),

months as (
    select * from {{ ref('int_months') }}
),

changes as (
    select * from {{ ref('int_account_changes') }}
),
{% set amount = 'decimal(18, 2)' %}
{%- set sums = {
    'base_accounts': 'bigint', 'retained_accounts': 'bigint', 'base_arr': amount,
    'current_arr': amount, 'gross_retained_arr': amount, 'low_water_arr': amount,
    'reactivated_arr': amount, 'gross_reactivated_arr': amount,
} %}
-- What a run adds in its first month, it takes away in the first month after it, where
-- that has come.
turns as (
    {%- for month, sign in {'as_of_from': 1, 'as_of_to': -1}.items() %}
    select
        runs.{{ month }} as month,
        {%- for sum in sums %}
        {{ sign }} * runs.{{ sum }} as {{ sum }},
        {%- endfor %}
        runs.window_months,
        runs.slice_name,
        runs.slice_value
    from runs
    where runs.{{ month }} <= {{ as_of() }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

monthly_turns as (
    select
        turns.month,
        {%- for sum in sums %}
        sum(turns.{{ sum }}) as {{ sum }},
        {%- endfor %}
        turns.window_months,
        turns.slice_name,
        turns.slice_value
    from turns
    group by turns.month, turns.window_months, turns.slice_name, turns.slice_value
),

-- Slice `all` has its row even where the window opens before the first account.
slice_values as (
    select distinct
        runs.window_months,
        runs.slice_name,
        runs.slice_value
    from runs
    where runs.slice_name <> 'all'
    {%- for window in retention_windows() %}
    union all
    select
        {{ window }} as window_months,
        'all' as slice_name,
        'all' as slice_value
    {%- endfor %}
),

first_months as (
    select min({{ month_of('changes.changed_on') }}) as month
    from changes
    where changes.arr_after > 0
),

slice_months as (
    select
        months.month as as_of_month,
        months.is_partial,
        slice_values.window_months,
        slice_values.slice_name,
        slice_values.slice_value
    from slice_values
    cross join first_months
    inner join months
        on first_months.month <= months.month
),

summed as (
    select
        slice_months.as_of_month,
        slice_months.is_partial,
        slice_months.window_months,
        slice_months.slice_name,
        {%- for sum, type in sums.items() %}
        cast(coalesce(sum(monthly_turns.{{ sum }}) over slice_history, 0) as {{ type }})
            as {{ sum }},
        {%- endfor %}
        slice_months.slice_value
    from slice_months
    left join monthly_turns
        on
            slice_months.as_of_month = monthly_turns.month
            and slice_months.window_months = monthly_turns.window_months
            and slice_months.slice_name = monthly_turns.slice_name
            and slice_months.slice_value = monthly_turns.slice_value
    window slice_history as (
        partition by
            slice_months.window_months,
            slice_months.slice_name,
            slice_months.slice_value
        order by slice_months.as_of_month
        rows between unbounded preceding and current row
    )
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
        summed.is_partial
    from summed
    where summed.base_accounts > 0 or summed.slice_name = 'all'
)

select * from final
