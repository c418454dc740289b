-- One row per forecast day and quarter ahead: what the book of that day was expected,
-- from what was known that day, to lose and win at its term ends, to win by what was
-- for sale, and to win by signals that nobody had followed up yet; and what became of
-- it since. Amounts add up from one quarter ahead to the next: each covers the time up
-- to target_on. A quarter is three months from any day, as in forecasts already judged.
with forecast_days as (
    select * from {{ ref('int_forecast_days') }}
),

likelihoods as (
    select * from {{ ref('int_renewal_likelihoods') }}
    -- Grace is asked about as of now only (DECISIONS E6).
    where has_begun and (lead_days > 0 or settled_on is null)
),

deal_months as (
    select * from {{ ref('int_expansion_deal_months') }}
    where not is_closed
),

signal_days as (
    select * from {{ ref('int_signal_days') }}
),

account_months as (
    select * from {{ ref('arr_monthly') }}
),

quarters as (
    {%- for quarters_ahead in range(1, 5) %}
    select {{ quarters_ahead }} as quarters_ahead{{ ' union all' if not loop.last }}
    {%- endfor %}
),

horizons as (
    select
        forecast_days.forecast_on,
        forecast_days.is_current,
        quarters.quarters_ahead,
        -- Counted from the next day: the quarter after 30 September ends with December.
        {{ add_days(
            add_months(
                add_days('forecast_days.forecast_on', 1), '3 * quarters.quarters_ahead'
            ), -1
        ) }} as target_on
    from forecast_days
    cross join quarters
),

base as (
    select
        forecast_days.forecast_on,
        account_months.account_id,
        account_months.closing_arr
    from forecast_days
    inner join account_months
        on {{ month_of('forecast_days.forecast_on') }} = account_months.month
    where account_months.closing_arr > 0
),

-- The closed cohort: who had ARR on the day, and what the same accounts have on the
-- target day. An account without a row that month has none.
cohorts as (
    select
        horizons.forecast_on,
        horizons.quarters_ahead,
        count(*) as base_accounts,
        sum(base.closing_arr) as base_arr,
        sum(coalesce(later.closing_arr, 0)) as later_arr
    from horizons
    inner join base
        on horizons.forecast_on = base.forecast_on
    left join account_months as later
        on
            base.account_id = later.account_id
            and {{ month_of('horizons.target_on') }} = later.month
    group by horizons.forecast_on, horizons.quarters_ahead
),

renewals as (
    select
        horizons.forecast_on,
        horizons.quarters_ahead,
        sum(likelihoods.forecast_arr - likelihoods.arr) as renewal_loss_arr,
        sum(likelihoods.net_forecast_arr - likelihoods.forecast_arr)
            as renewal_growth_arr
    from horizons
    inner join likelihoods
        on
            horizons.forecast_on = likelihoods.asked_on
            and horizons.target_on >= likelihoods.contracted_end_date
    group by horizons.forecast_on, horizons.quarters_ahead
),

-- What was to close by then but is still open, closes in the first quarter. What is for
-- sale to others than the cohort brings it nothing.
sales as (
    select
        horizons.forecast_on,
        horizons.quarters_ahead,
        sum(deal_months.weighted_amount) as pipeline_arr
    from horizons
    inner join deal_months
        on
            horizons.forecast_on = deal_months.closes_on
            and horizons.target_on
            >= coalesce(deal_months.expected_close_date, horizons.forecast_on)
    inner join base
        on
            horizons.forecast_on = base.forecast_on
            and deal_months.account_id = base.account_id
    group by horizons.forecast_on, horizons.quarters_ahead
),

final as (
    select
        horizons.forecast_on,
        horizons.is_current,
        horizons.quarters_ahead,
        horizons.target_on,
        cast(cohorts.base_accounts as bigint) as base_accounts,
        cast(cohorts.base_arr as decimal(18, 2)) as base_arr,
        cast(coalesce(renewals.renewal_loss_arr, 0) as decimal(18, 2))
            as renewal_loss_arr,
        cast(coalesce(renewals.renewal_growth_arr, 0) as decimal(18, 2))
            as renewal_growth_arr,
        cast(coalesce(sales.pipeline_arr, 0) as decimal(18, 2)) as pipeline_arr,
        cast(coalesce(signal_days.weighted_arr, 0) as decimal(18, 2)) as signals_arr,
        case
            when horizons.target_on <= {{ as_of() }}
                then cast(cohorts.later_arr as decimal(18, 2))
        end as actual_arr
    from horizons
    inner join cohorts
        on
            horizons.forecast_on = cohorts.forecast_on
            and horizons.quarters_ahead = cohorts.quarters_ahead
    left join renewals
        on
            horizons.forecast_on = renewals.forecast_on
            and horizons.quarters_ahead = renewals.quarters_ahead
    left join sales
        on
            horizons.forecast_on = sales.forecast_on
            and horizons.quarters_ahead = sales.quarters_ahead
    left join signal_days
        on horizons.forecast_on = signal_days.forecast_on
)

select * from final
