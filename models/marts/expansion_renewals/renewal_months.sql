-- One row per month in which open terms end: what is up for renewal, by the health of
-- who decides. A term in grace stands in the month of as_of_date, as in the forecast:
-- it is still to come.
{% set bands = ['green', 'yellow', 'red', 'unscored'] -%}
with renewals as (
    select
        renewals.*,
        greatest({{ month_of('renewals.term_end_date') }}, {{ month_of(as_of()) }})
            as month
    from {{ ref('renewals') }} as renewals
    where renewals.is_open
),

summed as (
    select
        renewals.month,
        count(*) as renewals,
        sum(renewals.arr_up_for_renewal) as arr_up_for_renewal,
        {%- for band in bands %}
        sum(
            case
                when coalesce(renewals.health_band, 'unscored') = '{{ band }}'
                    then renewals.arr_up_for_renewal
                else 0
            end
        ) as {{ band }}_arr,
        {%- endfor %}
        sum(case when renewals.is_at_risk then renewals.arr_up_for_renewal else 0 end)
            as at_risk_arr,
        sum(renewals.forecast_arr) as forecast_arr
    from renewals
    group by renewals.month
),

final as (
    select
        summed.month,
        cast(summed.renewals as bigint) as renewals,
        cast(summed.arr_up_for_renewal as decimal(18, 2)) as arr_up_for_renewal,
        {%- for band in bands %}
        cast(summed.{{ band }}_arr as decimal(18, 2)) as {{ band }}_arr,
        {%- endfor %}
        cast(summed.at_risk_arr as decimal(18, 2)) as at_risk_arr,
        cast(summed.forecast_arr as decimal(18, 2)) as forecast_arr,
        cast(summed.arr_up_for_renewal - summed.forecast_arr as decimal(18, 2))
            as expected_loss_arr,
        {{ safe_divide('summed.forecast_arr', 'summed.arr_up_for_renewal') }}
            as gross_rate,
        {{ add_months('summed.month', 1) }}
        <= {{ add_months(add_days(as_of(), 1), 12) }} as is_complete
    from summed
)

select * from final
