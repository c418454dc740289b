-- One row per forecast day: the signals that were open that day and nobody had made an
-- opportunity of, and what they were worth by the share of earlier ones that had grown
-- before they expired. Under win_rate_min_cases of these, or without any, the policy
-- seed's share counts.
with forecast_days as (
    select * from {{ ref('int_forecast_days') }}
),

signals as (
    select * from {{ ref('int_limit_signals') }}
),

deals as (
    select * from {{ ref('int_expansion_deals') }}
),

account_months as (
    select * from {{ ref('arr_monthly') }}
),

stage_policies as (
    select * from {{ ref('stage_win_rates') }}
    where stage = 'signal'
),

shown as (
    select
        forecast_days.forecast_on,
        signals.account_id,
        signals.signalled_on,
        signals.seat_potential_arr,
        signals.expires_on < forecast_days.forecast_on as is_over,
        coalesce(signals.converted_on <= forecast_days.forecast_on, false)
            as is_converted
    from forecast_days
    inner join signals
        on forecast_days.forecast_on >= signals.signalled_on
),

-- By a sale that is open, whatever began it, since its amount counts; or by one that
-- was begun since: what the customer has refused is not hoped for again.
followed_up as (
    select distinct
        shown.forecast_on,
        shown.account_id,
        shown.signalled_on
    from shown
    inner join deals
        on
            shown.account_id = deals.account_id
            and shown.forecast_on >= deals.created_on
    where
        shown.signalled_on <= deals.created_on
        or shown.forecast_on < {{ open_end('deals.closed_on') }}
),

summed as (
    select
        shown.forecast_on,
        sum(case when shown.is_over then 1 else 0 end) as past_signals,
        sum(case when shown.is_over and shown.is_converted then 1 else 0 end)
            as past_conversions,
        sum(
            case
                when
                    not shown.is_over
                    and not shown.is_converted
                    and followed_up.account_id is null
                    -- Who has left since will not grow.
                    and account_months.closing_arr > 0
                    then shown.seat_potential_arr
                else 0
            end
        ) as open_arr
    from shown
    left join followed_up
        on
            shown.forecast_on = followed_up.forecast_on
            and shown.account_id = followed_up.account_id
            and shown.signalled_on = followed_up.signalled_on
    left join account_months
        on
            shown.account_id = account_months.account_id
            and {{ month_of('shown.forecast_on') }} = account_months.month
    group by shown.forecast_on
),

with_rate as (
    select
        summed.*,
        case
            when
                summed.past_signals
                >= {{ whole_number_var('win_rate_min_cases', at_least=1) }}
                then {{ safe_divide('summed.past_conversions', 'summed.past_signals') }}
            else stage_policies.win_rate
        end as conversion_rate
    from summed
    cross join stage_policies
),

final as (
    select
        with_rate.forecast_on,
        {{ share_of('with_rate.open_arr', 'with_rate.conversion_rate') }}
            as weighted_arr
    from with_rate
)

select * from final
