-- One row per account (or its product family), window, and run of months [as_of_from,
-- as_of_to) in which the window ends and compares the same two levels: what the account
-- had when it opened, what became of it, and the lowest close between. Only windows
-- that have closed by as_of_date's month.
{{ config(materialized='view') }}

with bases as (
    select * from {{ ref('int_retention_bases') }}
),

pairs as (
    select * from {{ ref('int_retention_pairs') }}
),

-- A window that ends in the spell in which it opened, or in a later one.
runs as (
    {%- for window in retention_windows() %}
    select
        bases.account_id,
        bases.product_family,
        bases.ends_from_{{ window }} as as_of_from,
        least(bases.ends_to_{{ window }}, bases.spell_to) as as_of_to,
        {{ window }} as window_months,
        bases.base_touch_tier,
        bases.base_csm_id,
        bases.base_arr,
        bases.base_arr as current_arr,
        bases.base_arr as low_water_arr
    from bases
    union all
    select
        pairs.account_id,
        pairs.product_family,
        greatest(pairs.ends_from_{{ window }}, pairs.current_from) as as_of_from,
        least(pairs.ends_to_{{ window }}, pairs.current_to) as as_of_to,
        {{ window }} as window_months,
        pairs.base_touch_tier,
        pairs.base_csm_id,
        pairs.base_arr,
        pairs.current_arr,
        pairs.low_water_arr
    from pairs
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        runs.account_id,
        runs.product_family,
        runs.as_of_from,
        runs.as_of_to,
        runs.window_months,
        runs.base_touch_tier,
        runs.base_csm_id,
        runs.base_arr,
        runs.current_arr,
        runs.low_water_arr,
        -- Between two closes with ARR, only one strictly inside can have been at 0.
        runs.current_arr > 0 and runs.low_water_arr = 0 as is_reactivated
    from runs
    where runs.as_of_from < runs.as_of_to
)

select * from final
