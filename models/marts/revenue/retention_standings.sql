-- One row per metric and touch tier, or the company: retention over the twelve months
-- up to the last whole month, a quarter and a year before, and against its target. A
-- tier without a base then has no row; the company always has one.
{% set metrics = ['nrr', 'grr', 'logo_retention'] -%}
with retention as (
    select * from {{ ref('retention') }}
    where
        window_months = 12
        and slice_name in ('all', 'touch_tier')
),

targets as (
    select * from {{ ref('retention_targets') }}
),

rates as (
    {%- for metric in metrics %}
    select
        retention.as_of_month,
        retention.slice_value,
        '{{ metric }}' as metric,
        {{ loop.index }} as position,
        retention.{{ metric }} as rate,
        retention.base_accounts,
        retention.base_arr
    from retention
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

days as (
    select
        {{ closed_month() }} as this_month,
        {{ add_months(closed_month(), -3) }} as quarter_ago,
        {{ add_months(closed_month(), -12) }} as year_ago
),

compared as (
    select
        rates.slice_value as touch_tier,
        rates.metric,
        rates.position,
        days.this_month as as_of_month,
        max(case when rates.as_of_month = days.this_month then rates.rate end) as rate,
        max(case when rates.as_of_month = days.this_month then rates.base_accounts end)
            as base_accounts,
        max(case when rates.as_of_month = days.this_month then rates.base_arr end)
            as base_arr,
        max(case when rates.as_of_month = days.quarter_ago then rates.rate end)
            as rate_quarter_ago,
        max(case when rates.as_of_month = days.year_ago then rates.rate end)
            as rate_year_ago
    from rates
    cross join days
    group by rates.slice_value, rates.metric, rates.position, days.this_month
    having
        rates.slice_value = 'all'
        or max(case when rates.as_of_month = days.this_month then 1 end) = 1
),

final as (
    select
        compared.touch_tier,
        compared.metric,
        cast(compared.position as bigint) as position,
        compared.as_of_month,
        cast(coalesce(compared.base_accounts, 0) as bigint) as base_accounts,
        cast(coalesce(compared.base_arr, 0) as decimal(18, 2)) as base_arr,
        compared.rate,
        compared.rate_quarter_ago,
        cast(compared.rate - compared.rate_quarter_ago as decimal(12, 6))
            as change_on_quarter,
        compared.rate_year_ago,
        cast(compared.rate - compared.rate_year_ago as decimal(12, 6))
            as change_on_year,
        targets.target,
        cast(compared.rate - targets.target as decimal(12, 6)) as distance_to_target,
        compared.rate >= targets.target as is_on_target
    from compared
    left join targets
        on
            compared.touch_tier = targets.touch_tier
            and compared.metric = targets.metric
)

select * from final
