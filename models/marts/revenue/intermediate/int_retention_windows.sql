-- One row per account (or its product family), base month and window: what the account
-- had when the window opened and what became of it. Only bases with ARR, only windows
-- that have closed by as_of_date's month. `subject` is `account` or the family.
{% set windows = [1, 3, 12] -%}
with account_months as (
    select * from {{ ref('arr_monthly') }}
),

family_months as (
    select * from {{ ref('int_family_months') }}
),

levels as (
    select
        account_months.account_id,
        cast(null as varchar) as product_family,
        account_months.month,
        account_months.closing_arr,
        account_months.closing_touch_tier,
        account_months.closing_csm_id
    from account_months
    union all
    select
        family_months.account_id,
        family_months.product_family,
        family_months.month,
        family_months.closing_arr,
        cast(null as varchar) as closing_touch_tier,
        cast(null as varchar) as closing_csm_id
    from family_months
),

-- An account without a later row has no ARR then: its last row closes at 0.
with_windows as (
    select
        {%- for window in windows %}
        coalesce(lead(levels.closing_arr, {{ window }}) over account_history, 0)
            as arr_after_{{ window }},
        min(levels.closing_arr) over (
            partition by levels.account_id, levels.product_family
            order by levels.month
            rows between current row and {{ window }} following
        ) as lowest_arr_in_{{ window }},
        {%- if window > 1 %}
        min(levels.closing_arr) over (
            partition by levels.account_id, levels.product_family
            order by levels.month
            rows between 1 following and {{ window - 1 }} following
        ) as lowest_arr_inside_{{ window }},
        {%- endif %}
        {%- endfor %}
        levels.*
    from levels
    window account_history as (
        partition by levels.account_id, levels.product_family
        order by levels.month
    )
),

final as (
    {%- for window in windows %}
    select
        with_windows.account_id,
        with_windows.product_family,
        with_windows.month as base_month,
        {{ add_months('with_windows.month', window) }} as as_of_month,
        {{ window }} as window_months,
        with_windows.closing_touch_tier as base_touch_tier,
        with_windows.closing_csm_id as base_csm_id,
        with_windows.closing_arr as base_arr,
        with_windows.arr_after_{{ window }} as current_arr,
        with_windows.lowest_arr_in_{{ window }} as low_water_arr,
        {%- if window > 1 %}
        with_windows.arr_after_{{ window }} > 0
        and with_windows.lowest_arr_inside_{{ window }} = 0 as is_reactivated
        {%- else %}
        false as is_reactivated
        {%- endif %}
    from with_windows
    where
        with_windows.closing_arr > 0
        and {{ add_months('with_windows.month', window) }} <= {{ month_of(as_of()) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
