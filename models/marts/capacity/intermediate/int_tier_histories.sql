-- One row per touch tier, as of the date: what its own last twelve whole months say of
-- churn and growth, and what it carries today.
with tier_months as (
    select * from {{ ref('int_tier_months') }}
    where
        month = {{ month_of(as_of()) }}
        and recommended_max is not null
),

retention as (
    select * from {{ ref('retention') }}
    where
        slice_name = 'touch_tier'
        and window_months = 12
        and as_of_month = {{ closed_month() }}
),

arrived_accounts as (
    select
        waterfall.slice_value as touch_tier,
        sum(
            waterfall.new_accounts
            + waterfall.reactivated_accounts
            + waterfall.resumed_accounts
        )
            as accounts
    from {{ ref('arr_waterfall') }} as waterfall
    where
        waterfall.slice_name = 'touch_tier'
        and waterfall.month > {{ add_months(closed_month(), -12) }}
        and waterfall.month <= {{ closed_month() }}
    group by waterfall.slice_value
),

final as (
    select
        tier_months.touch_tier,
        tier_months.is_team_band,
        tier_months.recommended_max,
        tier_months.accounts,
        tier_months.csms,
        {{ exact_divide('tier_months.expected_hours', 'tier_months.full_time_hours') }}
            as full_time_equivalents_needed,
        -- Without a year of history nothing is expected to churn; arrivals tell.
        coalesce(
            {{ safe_divide(
                'retention.base_accounts - retention.retained_accounts',
                'retention.base_accounts'
            ) }},
            0
        )
            as churn_rate,
        cast(coalesce(arrived_accounts.accounts, 0) as bigint)
            as arrived_accounts_last_year
    from tier_months
    left join retention
        on tier_months.touch_tier = retention.slice_value
    left join arrived_accounts
        on tier_months.touch_tier = arrived_accounts.touch_tier
)

select * from final
