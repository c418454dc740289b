-- One row per touch tier, as of the date: what an account of it is worth, how much of
-- it churns in twelve months, and what serving it costs.
--   lifetime in years = 1 / gross churn, at most customer_lifetime_cap_years
--   CLTV              = ARR per account x subscription_gross_margin x lifetime
--   cost to serve     = full-time CSMs of the tier x csm_loaded_cost
{%- set lifetime_cap = whole_number_var('customer_lifetime_cap_years') %}

with tiers as (
    select * from {{ ref('tier_capacity') }}
    where
        month = {{ month_of(as_of()) }}
        and recommended_max is not null
),

touch_tiers as (
    select * from {{ ref('touch_tiers') }}
),

csms as (
    select * from {{ ref('int_csm_months') }}
    where
        month = {{ month_of(as_of()) }}
        and is_present_at_close
),

retention as (
    select * from {{ ref('retention') }}
    where
        slice_name = 'touch_tier'
        and window_months = 12
        and as_of_month = {{ closed_month() }}
),

-- Nobody is paid for more than full time, whatever hours the CRM says.
paid as (
    select
        csms.touch_model as touch_tier,
        sum(least(csms.weekly_hours, {{ whole_number_var('full_time_weekly_hours') }}))
            as paid_hours
    from csms
    group by csms.touch_model
),

costed as (
    select
        tiers.touch_tier,
        tiers.accounts,
        tiers.arr,
        tiers.book_accounts,
        touch_tiers.cltv_from as expected_cltv_from,
        touch_tiers.cltv_to as expected_cltv_to,
        cast(coalesce({{ safe_divide(
            'paid.paid_hours',
            whole_number_var('full_time_weekly_hours')
        ) }}, 0) as decimal(12, 6)) as paid_csms,
        {{ prorate(
            whole_number_var('csm_loaded_cost'),
            'coalesce(paid.paid_hours, 0)',
            whole_number_var('full_time_weekly_hours')
        ) }} as cost_to_serve,
        {{ prorate('tiers.arr', 1, 'tiers.accounts') }} as average_arr,
        {{ safe_divide(
            'retention.base_arr - retention.gross_retained_arr',
            'retention.base_arr'
        ) }}
            as gross_churn_rate,
            -- 1 / gross churn, divided once.
        {{ safe_divide(
            'retention.base_arr',
            'retention.base_arr - retention.gross_retained_arr'
        ) }} as years_to_lose_all,
        {{ safe_divide(
            'retention.base_arr - retention.current_arr',
            'retention.base_arr'
        ) }}
            as net_churn_rate,
        {{ safe_divide(
            'retention.base_accounts - retention.retained_accounts',
            'retention.base_accounts'
        ) }}
            as logo_churn_rate
    from tiers
    inner join touch_tiers
        on tiers.touch_tier = touch_tiers.touch_tier
    left join paid
        on tiers.touch_tier = paid.touch_tier
    left join retention
        on tiers.touch_tier = retention.slice_value
),

with_lifetimes as (
    select
        costed.*,
        -- Without any loss there is no end in sight: the cap.
        case
            when costed.gross_churn_rate is not null
                then cast(least(
                        coalesce(costed.years_to_lose_all, {{ lifetime_cap }}),
                        {{ lifetime_cap }}
                    ) as decimal(12, 6))
        end as lifetime_years
    from costed
),

final as (
    select
        with_lifetimes.touch_tier,
        with_lifetimes.accounts,
        with_lifetimes.arr,
        case when with_lifetimes.accounts > 0 then with_lifetimes.average_arr end
            as arr_per_account,
        with_lifetimes.gross_churn_rate,
        with_lifetimes.net_churn_rate,
        with_lifetimes.logo_churn_rate,
        with_lifetimes.lifetime_years,
        cast(
            -- Widened: a product of two decimals of 18 digits has no more on DuckDB.
            case
                when with_lifetimes.accounts > 0
                    then cast(with_lifetimes.average_arr as decimal(20, 2))
            end
            * {{ rate_var('subscription_gross_margin') }}
            * with_lifetimes.lifetime_years
            as decimal(18, 2)
        ) as cltv,
        with_lifetimes.expected_cltv_from,
        with_lifetimes.expected_cltv_to,
        with_lifetimes.paid_csms,
        with_lifetimes.cost_to_serve,
        case
            when with_lifetimes.book_accounts > 0
                then {{ prorate(
                    'with_lifetimes.cost_to_serve',
                    1,
                    'with_lifetimes.book_accounts'
                ) }}
        end as cost_to_serve_per_account,
        {{ safe_divide('with_lifetimes.cost_to_serve', 'with_lifetimes.arr') }}
            as cost_to_serve_rate
    from with_lifetimes
)

select * from final
