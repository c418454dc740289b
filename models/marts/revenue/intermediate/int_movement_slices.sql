-- One row per account, month and slice value that its movement counts under: the
-- segment is frozen at the month's opening. Product families split an account's
-- figures; every other slice repeats them.
{{ config(materialized='view') }}

with account_months as (
    select * from {{ ref('arr_monthly') }}
),

profiles as (
    select * from {{ ref('account_profiles') }}
),

family_months as (
    select * from {{ ref('int_family_months') }}
),

{%- set slices = {
    'all': "'all'",
    'touch_tier': 'account_months.opening_touch_tier',
    'region': 'profiles.region',
    'industry': 'profiles.industry',
    'csm': 'account_months.opening_csm_id',
} %}

final as (
    {%- for slice, value in slices.items() %}
    select
        account_months.account_id,
        account_months.month,
        '{{ slice }}' as slice_name,
        coalesce({{ value }}, 'unassigned') as slice_value,
        account_months.movement_type,
        account_months.opening_arr,
        account_months.closing_arr,
        account_months.fx_arr
    from account_months
    left join profiles -- noqa: ST11
        on account_months.account_id = profiles.account_id
    union all
    {%- endfor %}
    select
        family_months.account_id,
        family_months.month,
        'product_family' as slice_name,
        family_months.product_family as slice_value,
        account_months.movement_type,
        family_months.opening_arr,
        family_months.closing_arr,
        family_months.fx_arr
    from family_months
    inner join account_months
        on
            family_months.account_id = account_months.account_id
            and family_months.month = account_months.month
)

select * from final
