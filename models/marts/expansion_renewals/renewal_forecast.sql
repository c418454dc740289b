-- One row per month in which terms end, from that of as_of_date on, and scenario. What
-- is settled counts as it came in every scenario; what is open counts
--   committed: only where it renews by itself and notice can no longer be given
--   expected:  all of it
--   at_risk:   all but what is red, in grace or asked to be cancelled
-- each at its forecast_arr, so that neither of the others exceeds `expected`.
with renewals as (
    select * from {{ ref('renewals') }}
),

scenarios as (
    select 'committed' as scenario
    union all
    select 'expected' as scenario
    union all
    select 'at_risk' as scenario
),

counted as (
    select
        -- What is in grace may have ended the month before, and is still to come.
        greatest(
            {{ month_of('renewals.term_end_date') }}, {{ month_of(as_of()) }}
        ) as month,
        scenarios.scenario,
        renewals.is_open,
        renewals.arr_up_for_renewal,
        renewals.renewed_arr,
        renewals.forecast_arr,
        renewals.net_renewed_arr,
        renewals.net_forecast_arr,
        case
            when scenarios.scenario = 'committed' and renewals.is_open
                then renewals.is_committed
            when scenarios.scenario = 'at_risk' then not renewals.is_at_risk
            else true
        end as counts
    from renewals
    cross join scenarios
    where
        {{ month_of('renewals.term_end_date') }} >= {{ month_of(as_of()) }}
        or renewals.status = 'in_grace'
),

in_month as (
    select
        counted.month,
        counted.scenario,
        cast(count(*) as bigint) as renewals,
        cast(sum(counted.arr_up_for_renewal) as decimal(18, 2)) as available_arr,
        cast(
            sum(
                case when counted.is_open then 0 else counted.arr_up_for_renewal end
            ) as decimal(18, 2)
        )
            as settled_arr,
        cast(
            sum(
                case
                    when
                        counted.counts
                        then coalesce(counted.renewed_arr, counted.forecast_arr)
                    else 0
                end
            ) as decimal(18, 2)
        )
            as forecast_arr,
        cast(
            sum(
                case
                    when
                        counted.counts
                        then coalesce(counted.net_renewed_arr, counted.net_forecast_arr)
                    else 0
                end
            ) as decimal(18, 2)
        )
            as net_forecast_arr
    from counted
    group by counted.month, counted.scenario
),

final as (
    select
        in_month.month,
        in_month.scenario,
        in_month.renewals,
        in_month.available_arr,
        in_month.settled_arr,
        cast(in_month.available_arr - in_month.settled_arr as decimal(18, 2))
            as open_arr,
        in_month.forecast_arr,
        in_month.net_forecast_arr,
        {{ safe_divide('in_month.forecast_arr', 'in_month.available_arr') }}
            as gross_rate,
        {{ safe_divide('in_month.net_forecast_arr', 'in_month.available_arr') }}
            as net_rate,
        {{ add_months('in_month.month', 1) }}
        <= {{ add_months(add_days(as_of(), 1), 12) }} as is_complete
    from in_month
)

select * from final
