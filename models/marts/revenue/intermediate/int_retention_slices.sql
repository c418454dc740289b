-- One row per account, window, run of months in which it ends alike, and slice value
-- that it counts under: tier and owner as they were when the window opened, region and
-- industry as the CRM has them now.
{{ config(materialized='view') }}

with windows as (
    select * from {{ ref('int_retention_windows') }}
),

profiles as (
    select * from {{ ref('account_profiles') }}
),

{%- set slices = {
    'all': "'all'",
    'touch_tier': 'windows.base_touch_tier',
    'region': 'profiles.region',
    'industry': 'profiles.industry',
    'csm': 'windows.base_csm_id',
    'product_family': 'windows.product_family',
} %}

final as (
    {%- for slice, value in slices.items() %}
    select
        windows.account_id,
        windows.as_of_from,
        windows.as_of_to,
        windows.window_months,
        '{{ slice }}' as slice_name,
        coalesce({{ value }}, 'unassigned') as slice_value,
        windows.base_arr,
        windows.current_arr,
        windows.low_water_arr,
        windows.is_reactivated
    from windows
    {%- if 'profiles' in value %}
left join profiles
    on windows.account_id = profiles.account_id
    {%- endif %}
    where windows.product_family is {{ 'not ' if slice == 'product_family' }}null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
