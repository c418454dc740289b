-- One row per slice value, window, month and kind of turn: what begins (or, below 0,
-- ends) to count in the sums over windows that end in that month or later. Rows add up.
-- What opened a window counts as kept until a later level says otherwise, and brings
-- the difference: a quiet account costs one row, however many windows open in it. Tier
-- and owner are as they were when the window opened, region and industry as the CRM has
-- them now.
{{ config(materialized='view') }}

with bases as (
    select * from {{ ref('int_retention_bases') }}
),

windows as (
    select * from {{ ref('int_retention_windows') }}
    where current_arr <> base_arr or low_water_arr <> base_arr
),

profiles as (
    select * from {{ ref('account_profiles') }}
),

-- A family has no segment. That it is none is asked inside the equality: beside it,
-- DuckDB would compare every row with every profile.
base_turns as (
    {%- for month, sign in {'spell_from': '+', 'spell_to': '-'}.items() %}
    select
        bases.*,
        bases.{{ month }} as month,
        {{ sign }}1 as accounts,
        {{ sign }}bases.base_arr as arr,
        profiles.region,
        profiles.industry
    from bases
    left join profiles
        on
            case when bases.product_family is null then bases.account_id end
            = profiles.account_id
    where bases.{{ month }} <= {{ as_of() }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

changed_windows as (
    select
        windows.*,
        least(windows.base_arr, windows.current_arr) as gross_arr,
        profiles.region,
        profiles.industry
    from windows
    left join profiles
        on
            case when windows.product_family is null then windows.account_id end
            = profiles.account_id
),
{% set amount = 'decimal(18, 2)' %}
{%- set slices = {
    'all': "'all'", 'touch_tier': 'base_touch_tier', 'region': 'region',
    'industry': 'industry', 'csm': 'base_csm_id', 'product_family': 'product_family',
} %}
opened as (
    {%- for slice, column in slices.items() %}
    {%- set slice_value = "coalesce(" ~ column ~ ", 'unassigned')" %}
    select
        month,
        '{{ slice }}' as slice_name,
        {{ slice_value }} as slice_value,
        cast(sum(accounts) as bigint) as accounts,
        cast(sum(arr) as {{ amount }}) as arr
    from base_turns
    where product_family is {{ 'not ' if slice == 'product_family' }}null
    group by month, {{ slice_value }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

changed as (
    {%- for slice, column in slices.items() %}
    {%- set slice_value = "coalesce(" ~ column ~ ", 'unassigned')" %}
    select
        as_of_from,
        as_of_to,
        window_months,
        '{{ slice }}' as slice_name,
        -count(case when current_arr = 0 then 1 end) as retained_accounts,
        {%- for sum in ['current_arr', 'gross_arr', 'low_water_arr'] %}
        cast(sum({{ sum }}) - sum(base_arr) as {{ amount }}) as {{ sum }},
        {%- endfor %}
        {%- for sum in ['current_arr', 'gross_arr'] %}
        cast(sum(case when is_reactivated then {{ sum }} else 0 end) as {{ amount }})
            as reactivated_{{ sum }},
        {%- endfor %}
        {{ slice_value }} as slice_value
    from changed_windows
    where product_family is {{ 'not ' if slice == 'product_family' }}null
    group by as_of_from, as_of_to, window_months, {{ slice_value }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

turns as (
    {%- for window in retention_windows() %}
    select
        {{ add_months('opened.month', window) }} as month,
        {{ window }} as window_months,
        opened.slice_name,
        opened.slice_value,
        opened.accounts as base_accounts,
        opened.accounts as retained_accounts,
        opened.arr as base_arr,
        opened.arr as current_arr,
        opened.arr as gross_retained_arr,
        opened.arr as low_water_arr,
        0 as reactivated_arr,
        0 as gross_reactivated_arr
    from opened
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {%- for month, sign in {'as_of_from': '+', 'as_of_to': '-'}.items() %}
    union all
    select
        changed.{{ month }} as month,
        changed.window_months,
        changed.slice_name,
        changed.slice_value,
        0 as base_accounts,
        {{ sign }}changed.retained_accounts as retained_accounts,
        0 as base_arr,
        {{ sign }}changed.current_arr as current_arr,
        {{ sign }}changed.gross_arr as gross_retained_arr,
        {{ sign }}changed.low_water_arr as low_water_arr,
        {{ sign }}changed.reactivated_current_arr as reactivated_arr,
        {{ sign }}changed.reactivated_gross_arr as gross_reactivated_arr
    from changed
    {%- endfor %}
),

final as (
    select * from turns
    where month <= {{ as_of() }}
)

select * from final
