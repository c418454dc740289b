-- One row per horizon in days, counted from as_of_date: what is up for renewal until
-- then, terms in grace included, and what of it is safe, expected and at risk.
with horizons as (
    {%- for days in [30, 90, 180, 365] %}
    select {{ days }} as horizon_days{{ ' union all' if not loop.last }}
    {%- endfor %}
),

renewals as (
    select * from {{ ref('renewals') }}
    where is_open
),

summed as (
    select
        horizons.horizon_days,
        count(renewals.renewal_id) as renewals,
        count(distinct renewals.account_id) as accounts,
        coalesce(sum(renewals.arr_up_for_renewal), 0) as arr_up_for_renewal,
        coalesce(sum(renewals.forecast_arr), 0) as forecast_arr,
        coalesce(sum(renewals.net_forecast_arr), 0) as net_forecast_arr,
        coalesce(sum(
            case when renewals.is_committed then renewals.arr_up_for_renewal end
        ), 0) as committed_arr,
        coalesce(sum(case when renewals.is_at_risk then 1 end), 0) as at_risk_renewals,
        coalesce(sum(
            case when renewals.is_at_risk then renewals.arr_up_for_renewal end
        ), 0) as at_risk_arr
    from horizons
    left join renewals
        on horizons.horizon_days >= renewals.days_to_term_end
    group by horizons.horizon_days
),

final as (
    select
        cast(summed.horizon_days as integer) as horizon_days,
        cast(summed.renewals as bigint) as renewals,
        cast(summed.accounts as bigint) as accounts,
        cast(summed.arr_up_for_renewal as decimal(18, 2)) as arr_up_for_renewal,
        cast(summed.forecast_arr as decimal(18, 2)) as forecast_arr,
        cast(summed.net_forecast_arr as decimal(18, 2)) as net_forecast_arr,
        cast(summed.arr_up_for_renewal - summed.forecast_arr as decimal(18, 2))
            as expected_loss_arr,
        {{ safe_divide('summed.forecast_arr', 'summed.arr_up_for_renewal') }}
            as gross_rate,
        {{ safe_divide('summed.net_forecast_arr', 'summed.arr_up_for_renewal') }}
            as net_rate,
        cast(summed.committed_arr as decimal(18, 2)) as committed_arr,
        cast(summed.at_risk_renewals as bigint) as at_risk_renewals,
        cast(summed.at_risk_arr as decimal(18, 2)) as at_risk_arr
    from summed
)

select * from final
