-- One row per as-of month, window and slice value: what became of the accounts that had
-- ARR when the window opened. Closed cohort, point to point; ratios of sums. NULL,
-- never 0 or 100 %, where nobody was there to be retained. All published variants stand
-- side by side, so that one build answers what the figure is under another definition.
-- Sums may be added over slice values of one slice, never over months or windows.
with months as (
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
first_months as (
    select min({{ month_of('changes.changed_on') }}) as month
    from changes
    where changes.arr_after > 0
),

-- Slice `all` has its row even where the window opens before the first account.
turns as (
    select
        month,
        window_months,
        {%- for sum in sums %}
        {{ sum }},
        {%- endfor %}
        slice_name,
        slice_value
    from {{ ref('int_retention_turns') }}
    {%- for window in retention_windows() %}
    union all
    select
        first_months.month,
        {{ window }} as window_months,
        {%- for sum in sums %}
        0 as {{ sum }},
        {%- endfor %}
        'all' as slice_name,
        'all' as slice_value
    from first_months
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

-- Sums hold from one turn to the next.
levels as (
    select
        monthly_turns.month,
        {{ open_end('lead(monthly_turns.month) over slice_history') }} as next_month,
        monthly_turns.window_months,
        monthly_turns.slice_name,
        {%- for sum, type in sums.items() %}
        cast(sum(monthly_turns.{{ sum }}) over slice_history_so_far as {{ type }})
            as {{ sum }},
        {%- endfor %}
        monthly_turns.slice_value
    from monthly_turns
    -- Two windows, since Spark takes no lead over one with a frame.
    window
        slice_history as (
            partition by
                monthly_turns.window_months,
                monthly_turns.slice_name,
                monthly_turns.slice_value
            order by monthly_turns.month
        ),
        slice_history_so_far as (
            partition by
                monthly_turns.window_months,
                monthly_turns.slice_name,
                monthly_turns.slice_value
            order by monthly_turns.month
            rows between unbounded preceding and current row
        )
),

final as (
    select
        months.month as as_of_month,
        levels.window_months,
        levels.slice_name,
        levels.slice_value,
        levels.base_accounts,
        levels.retained_accounts,
        levels.base_arr,
        levels.current_arr,
        levels.gross_retained_arr,
        levels.low_water_arr,
        levels.reactivated_arr,
        {{ safe_divide('levels.current_arr', 'levels.base_arr') }} as nrr,
        {{ safe_divide('levels.gross_retained_arr', 'levels.base_arr') }} as grr,
        {{ safe_divide('levels.retained_accounts', 'levels.base_accounts') }}
            as logo_retention,
        {{ safe_divide(
            '(levels.current_arr - levels.reactivated_arr)', 'levels.base_arr'
        ) }} as nrr_excluding_reactivated,
        {{ safe_divide(
            '(levels.gross_retained_arr - levels.gross_reactivated_arr)',
            'levels.base_arr'
        ) }} as grr_excluding_reactivated,
        {{ safe_divide('levels.low_water_arr', 'levels.base_arr') }} as grr_low_water,
        months.is_partial
    from levels
    inner join months
        on
            levels.month <= months.month
            and levels.next_month > months.month
    where levels.base_accounts > 0 or levels.slice_name = 'all'
)

select * from final
