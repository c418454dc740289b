-- One row per touch tier, month of the coming twelve and scenario: how many accounts
-- the tier will have and how many CSMs they need. By month m, from today's book:
--   churned = churn rate of the last twelve months x churn_factor, at most 1
--             x (accounts whose term ends by m + accounts without a term x m / 12)
--   arrived = the greater of (accounts that arrived, new or back again, in the last
--             twelve months x m / 12) and
--             (open new business due by m x win rate) x growth_factor
--   accounts = today's - churned + arrived
-- Accounts that arrive do not churn within their first twelve months, and no account
-- changes tier. Accounts are expectations, with decimals; only heads are whole.
with histories as (
    select * from {{ ref('int_tier_histories') }}
),

forecast_months as (
    select * from {{ ref('int_forecast_months') }}
),

new_sales as (
    select * from {{ ref('int_new_sales') }}
),

scenarios as (
    select * from {{ ref('headcount_scenarios') }}
),

won_deals as (
    select
        {{ safe_divide(
            'sum(case when new_sales.is_won then 1 else 0 end)', 'count(*)'
        ) }} as win_rate
    from new_sales
    where new_sales.is_over
),

cumulated as (
    select
        -- Widened where it is multiplied: a product of two decimals of 18 digits has no
        -- more on DuckDB, and a million accounts reach them.
        forecast_months.*,
        scenarios.scenario,
        histories.is_team_band,
        histories.recommended_max,
        histories.accounts as accounts_today,
        histories.csms,
        histories.full_time_equivalents_needed,
        cast(
            least(
                cast(histories.churn_rate as decimal(20, 6)) * scenarios.churn_factor, 1
            ) * (
                forecast_months.accounts_renewed_by_then
                + {{ twelfths(
                    'forecast_months.accounts_without_term * forecast_months.month_number'
                ) }}
            ) as decimal(18, 4)
        ) as churned_by_then,
        cast(
            greatest(
                {{ twelfths(
                    'histories.arrived_accounts_last_year * forecast_months.month_number'
                ) }},
                cast(forecast_months.deals_by_then as decimal(20, 0))
                * coalesce(won_deals.win_rate, scenarios.win_rate_without_history)
            ) * scenarios.growth_factor as decimal(18, 4)
        ) as arrived_by_then
    from forecast_months
    inner join histories
        on forecast_months.touch_tier = histories.touch_tier
    cross join scenarios
    cross join won_deals
),

with_accounts as (
    select
        cumulated.*,
        cast(
            cumulated.accounts_today
            - cumulated.churned_by_then
            + cumulated.arrived_by_then as decimal(18, 4)
        )
            as accounts,
        cast(
            cumulated.churned_by_then
            - coalesce(lag(cumulated.churned_by_then) over tier_scenario, 0)
            as decimal(18, 4)
        ) as churned_accounts,
        cast(
            cumulated.arrived_by_then
            - coalesce(lag(cumulated.arrived_by_then) over tier_scenario, 0)
            as decimal(18, 4)
        ) as arriving_accounts
    from cumulated
    window tier_scenario as (
        partition by cumulated.touch_tier, cumulated.scenario
        order by cumulated.month_number
    )
),

-- Of hours an account needs what it needs today on average.
with_units as (
    select
        with_accounts.*,
        {{ whole_heads('with_accounts.accounts', 'with_accounts.recommended_max') }}
            as units_needed,
        {{ whole_heads(
            'cast(with_accounts.accounts as decimal(20, 4)) * with_accounts.full_time_equivalents_needed',
            'with_accounts.accounts_today'
        ) }}
            as csms_needed_by_hours
    from with_accounts
),

with_needs as (
    select
        with_units.*,
        {{ csms_needed(
            'with_units.is_team_band',
            'with_units.units_needed',
            'with_units.csms_needed_by_hours'
        ) | indent(8) }} as csms_needed
    from with_units
),

final as (
    select
        with_needs.touch_tier,
        with_needs.month,
        with_needs.scenario,
        with_needs.accounts_up_for_renewal,
        with_needs.churned_accounts,
        with_needs.arriving_accounts,
        with_needs.accounts,
        with_needs.csms,
        case when with_needs.is_team_band then with_needs.units_needed end
            as teams_needed,
        with_needs.csms_needed,
        with_needs.csms_needed_by_hours,
        greatest(with_needs.csms_needed - with_needs.csms, 0) as csms_to_hire
    from with_needs
)

select * from final
