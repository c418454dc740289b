-- One row per cohort month, slice value and age in months: what is left of the accounts
-- that started together. Age 0 is the cohort's own month. A cohort's figures may rise
-- again with age: accounts return and expand.
{%- set slices = {
    'all': "'all'",
    'region': 'members.region',
    'industry': 'members.industry',
} %}

with account_months as (
    select * from {{ ref('arr_monthly') }}
),

profiles as (
    select * from {{ ref('account_profiles') }}
),

months as (
    select * from {{ ref('int_months') }}
),

starts as (
    select
        account_months.account_id,
        min(account_months.month) as cohort_month
    from account_months
    where account_months.closing_arr > 0
    group by account_months.account_id
),

members as (
    select
        starts.account_id,
        starts.cohort_month,
        account_months.closing_arr as cohort_arr,
        coalesce(profiles.region, 'unassigned') as region,
        coalesce(profiles.industry, 'unassigned') as industry
    from starts
    inner join account_months
        on
            starts.account_id = account_months.account_id
            and starts.cohort_month = account_months.month
    left join profiles
        on starts.account_id = profiles.account_id
),

-- Every age has its row, also when nobody is left.
cohorts as (
    {%- for slice, value in slices.items() %}
    select
        members.cohort_month,
        '{{ slice }}' as slice_name,
        {{ value }} as slice_value,
        count(*) as cohort_accounts,
        sum(members.cohort_arr) as cohort_arr
    from members
    group by members.cohort_month{{ ", " ~ value if slice != "all" }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

ages as (
    select
        cohorts.*,
        months.month,
        months.is_partial
    from cohorts
    inner join months
        on cohorts.cohort_month <= months.month
),

levels as (
    {%- for slice, value in slices.items() %}
    select
        members.cohort_month,
        '{{ slice }}' as slice_name,
        {{ value }} as slice_value,
        account_months.month,
        members.cohort_arr,
        account_months.closing_arr
    from members
    inner join account_months
        on
            members.account_id = account_months.account_id
            and members.cohort_month <= account_months.month
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

remaining as (
    select
        levels.cohort_month,
        levels.slice_name,
        levels.slice_value,
        levels.month,
        sum(case when levels.closing_arr > 0 then 1 else 0 end) as active_accounts,
        sum(levels.closing_arr) as current_arr,
        sum(least(levels.closing_arr, levels.cohort_arr)) as gross_retained_arr
    from levels
    group by levels.cohort_month, levels.slice_name, levels.slice_value, levels.month
),

counted as (
    select
        ages.cohort_month,
        ages.slice_name,
        ages.slice_value,
        {{ months_between('ages.cohort_month', 'ages.month') }} as age_months,
        cast(ages.cohort_accounts as bigint) as cohort_accounts,
        cast(coalesce(remaining.active_accounts, 0) as bigint) as active_accounts,
        cast(ages.cohort_arr as decimal(18, 2)) as cohort_arr,
        cast(coalesce(remaining.current_arr, 0) as decimal(18, 2)) as current_arr,
        cast(coalesce(remaining.gross_retained_arr, 0) as decimal(18, 2))
            as gross_retained_arr,
        not ages.is_partial as is_complete
    from ages
    left join remaining
        on
            ages.cohort_month = remaining.cohort_month
            and ages.slice_name = remaining.slice_name
            and ages.slice_value = remaining.slice_value
            and ages.month = remaining.month
),

final as (
    select
        counted.*,
        {{ safe_divide('counted.current_arr', 'counted.cohort_arr') }} as nrr,
        {{ safe_divide('counted.gross_retained_arr', 'counted.cohort_arr') }} as grr,
        {{ safe_divide('counted.active_accounts', 'counted.cohort_accounts') }}
            as logo_retention
    from counted
)

select * from final
