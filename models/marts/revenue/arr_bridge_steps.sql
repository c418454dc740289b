-- One row per window (3 or 12 months up to the last whole one) and step from the ARR
-- with which it opened to the ARR with which it closes. Steps are signed and add up:
-- opening plus all between is closing. What each movement is called is decided month by
-- month, as in arr_waterfall: an account that left and came back counts under both.
{% set movements = {
    'new': 'new_arr',
    'reactivation': 'reactivation_arr',
    'resumed': 'resumed_arr',
    'expansion': 'expansion_arr',
    'contraction': 'contraction_arr',
    'paused': 'paused_arr',
    'churn': 'churned_arr',
    'exchange_rates': 'fx_arr',
} -%}
{% set steps = [('opening', 'opening_arr')]
    + movements.items() | list + [('closing', 'closing_arr')] -%}
with company_months as (
    select * from {{ ref('arr_waterfall') }}
    where slice_name = 'all'
),

windows as (
    select
        3 as window_months,
        {{ add_months(closed_month(), -2) }} as first_month
    union all
    select
        12 as window_months,
        {{ add_months(closed_month(), -11) }} as first_month
),

-- The ledger may begin inside a window: then it opened with nothing.
summed as (
    select
        windows.window_months,
        sum(case
            when company_months.month = windows.first_month
                then company_months.opening_arr
            else 0
        end) as opening_arr,
        {%- for column in movements.values() %}
        coalesce(sum(company_months.{{ column }}), 0) as {{ column }},
        {%- endfor %}
        sum(case
            when company_months.month = {{ closed_month() }}
                then company_months.closing_arr
            else 0
        end) as closing_arr
    from windows
    left join company_months
        on
            windows.first_month <= company_months.month
            and company_months.month <= {{ closed_month() }}
    group by windows.window_months
),

steps_in_order as (
    {%- for step, column in steps %}
    select
        summed.window_months,
        {{ loop.index }} as position,
        '{{ step }}' as step,
        summed.{{ column }} as arr
    from summed
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        cast(steps_in_order.window_months as bigint) as window_months,
        cast(steps_in_order.position as bigint) as position,
        steps_in_order.step,
        cast(steps_in_order.arr as decimal(18, 2)) as arr
    from steps_in_order
)

select * from final
