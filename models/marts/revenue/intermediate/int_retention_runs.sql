-- One row per slice value, window and run of months [as_of_from, as_of_to) in which the
-- windows of some accounts end alike: those accounts together. Tier and owner are as
-- they were when the window opened, region and industry as the CRM has them now. Summed
-- before their months are told apart, so that nobody has a row for each month.
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
{%- set retained = 'least(windows.base_arr, windows.current_arr)' %}
{%- set amount = 'decimal(18, 2)' %}

final as (
    {%- for slice, value in slices.items() %}
    {%- set slice_value = "coalesce(" ~ value ~ ", 'unassigned')" %}
    select
        windows.as_of_from,
        windows.as_of_to,
        windows.window_months,
        '{{ slice }}' as slice_name,
        {{ slice_value }} as slice_value,
        count(*) as base_accounts,
        sum(case when windows.current_arr > 0 then 1 else 0 end) as retained_accounts,
        cast(sum(windows.base_arr) as {{ amount }}) as base_arr,
        cast(sum(windows.current_arr) as {{ amount }}) as current_arr,
        cast(sum({{ retained }}) as {{ amount }}) as gross_retained_arr,
        cast(sum(windows.low_water_arr) as {{ amount }}) as low_water_arr,
        cast(
            sum(case when windows.is_reactivated then windows.current_arr else 0 end)
            as {{ amount }}
        ) as reactivated_arr,
        cast(
            sum(case when windows.is_reactivated then {{ retained }} else 0 end)
            as {{ amount }}
        ) as gross_reactivated_arr
    from windows
    {%- if 'profiles' in value %}
left join profiles
    on windows.account_id = profiles.account_id
    {%- endif %}
    where windows.product_family is {{ 'not ' if slice == 'product_family' }}null
    group by
        windows.as_of_from,
        windows.as_of_to,
        windows.window_months,
        {{ slice_value }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
