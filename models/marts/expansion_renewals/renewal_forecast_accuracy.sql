-- One row per month in which terms ended and lead (90 or 30 days): what was forecast
-- for each term that many days before its end, with what was known that day, against
-- what came. Terms are those in force that day; one that was over before its end came
-- to 0. A month counts as complete when every term that ends in it is settled.
{%- set amounts = [
    'arr', 'forecast_arr', 'net_forecast_arr', 'kept_arr', 'net_kept_arr'
] %}
with likelihoods as (
    select * from {{ ref('int_renewal_likelihoods') }}
    where lead_days in (90, 30) and contracted_end_date <= {{ as_of() }}
),

settled as (
    select
        {{ month_of('likelihoods.contracted_end_date') }} as month,
        cast(likelihoods.lead_days as bigint) as lead_days,
        case when likelihoods.settled_on is null then 1 else 0 end as is_open,
        likelihoods.arr,
        likelihoods.forecast_arr,
        likelihoods.net_forecast_arr,
        coalesce(likelihoods.kept_arr, 0) as kept_arr,
        coalesce(likelihoods.net_kept_arr, 0) as net_kept_arr
    from likelihoods
),

summed as (
    select
        settled.month,
        settled.lead_days,
        {%- for column in amounts %}
        cast(
            sum(
                case when settled.is_open = 0 then settled.{{ column }} else 0 end
            ) as decimal(18, 2)
        ) as {{ column }},
        {%- endfor %}
        cast(count(*) as bigint) as renewals,
        cast(sum(settled.is_open) as bigint) as open_renewals
    from settled
    group by settled.month, settled.lead_days
),

final as (
    select
        summed.month,
        summed.lead_days,
        summed.renewals,
        summed.open_renewals,
        summed.arr as available_arr,
        summed.forecast_arr,
        summed.kept_arr as renewed_arr,
        cast(summed.forecast_arr - summed.kept_arr as decimal(18, 2)) as error_arr,
        {{ safe_divide('summed.forecast_arr', 'summed.arr') }} as forecast_gross_rate,
        {{ safe_divide('summed.kept_arr', 'summed.arr') }} as gross_rate,
        {{ safe_divide('(summed.forecast_arr - summed.kept_arr)', 'summed.arr') }}
            as error_rate,
        {{ safe_divide('summed.net_forecast_arr', 'summed.arr') }} as forecast_net_rate,
        {{ safe_divide('summed.net_kept_arr', 'summed.arr') }} as net_rate,
        summed.open_renewals = 0
        and {{ add_months('summed.month', 1) }}
        <= {{ add_days(as_of(), 1) }} as is_complete
    from summed
)

select * from final
