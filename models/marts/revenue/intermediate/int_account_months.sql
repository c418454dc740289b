-- One row per account and month, from its first month with ARR to the month after the
-- last one with ARR on any day (a later return fills the gap), none past as_of_date's:
-- the state on the month's closing day.
with changes as (
    select * from {{ ref('int_account_changes') }}
),

months as (
    select * from {{ ref('int_months') }}
),

monthly_changes as (
    select
        changes.account_id,
        {{ month_of('changes.changed_on') }} as month,
        sum(changes.arr_change) as arr_change,
        max(changes.changed_on) as last_changed_on,
        max(changes.arr_after) as highest_arr,
        max(changes.fell_to_zero_on) as fell_to_zero_on,
        min(case when changes.arr_after > 0 then changes.changed_on end) as first_arr_on
    from changes
    group by changes.account_id, {{ month_of('changes.changed_on') }}
),

with_state as (
    select
        monthly_changes.*,
        changes.arr_after,
        changes.is_paused,
        {{ open_end('cast(lead(monthly_changes.month) over (
            partition by monthly_changes.account_id
            order by monthly_changes.month
        ) as date)') }} as next_changed_month,
        max(monthly_changes.highest_arr) over (
            partition by monthly_changes.account_id
            order by monthly_changes.month
            rows between unbounded preceding and current row
        ) > 0 as has_had_arr,
        max(case when monthly_changes.highest_arr > 0 then monthly_changes.month end)
            over (
                partition by monthly_changes.account_id
            ) as last_arr_change_month,
    -- The last day with ARR is the day before the last fall to zero.
        {{ add_months(month_of(add_days('max(monthly_changes.fell_to_zero_on) over (
            partition by monthly_changes.account_id
        )', -1)), 1) }} as month_after_last
    from monthly_changes
    inner join changes
        on
            monthly_changes.account_id = changes.account_id
            and monthly_changes.last_changed_on = changes.changed_on
),

-- The state holds until the next month with a change; zero after the last is not kept.
final as (
    select
        with_state.account_id,
        months.month,
        months.closes_on,
        months.is_partial,
        with_state.arr_after as closing_arr,
        with_state.is_paused,
        case
            when with_state.month = months.month then with_state.highest_arr > 0 else
                false
        end
            as had_arr_inside,
        case when with_state.month = months.month then with_state.fell_to_zero_on end
            as fell_to_zero_on,
        case when with_state.month = months.month then with_state.first_arr_on end
            as first_arr_on
    from with_state
    inner join months
        on
            with_state.month <= months.month
            and with_state.next_changed_month > months.month
    where
        with_state.has_had_arr
        and (
            with_state.arr_after > 0
            or with_state.last_arr_change_month > months.month
            or months.month <= with_state.month_after_last
        )
)

select * from final
