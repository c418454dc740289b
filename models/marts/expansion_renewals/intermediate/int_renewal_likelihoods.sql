-- One row per term end and day on which somebody asks: the share of its ARR that will
-- be renewed, from the closest group with renewal_rate_min_cases settled cases: tier
-- and band, band, all; else the policy seed. What was asked to be cancelled is taken as
-- gone.
with questions as (
    select * from {{ ref('int_renewal_questions') }}
),

bands as (
    select * from {{ ref('int_bands_before_renewals') }}
),

rates as (
    select * from {{ ref('int_renewal_rates') }}
    where cases >= {{ whole_number_var('renewal_rate_min_cases', at_least=1) }}
),

policy_rates as (
    select * from {{ ref('renewal_rates') }}
),

with_rates as (
    select
        questions.*,
        bands.health_band,
        {%- for rate in ['gross_rate', 'net_rate'] %}
        case
            when questions.is_cancelled then cast(0 as decimal(12, 6))
            else coalesce(
                    tier_band_rates.{{ rate }},
                    band_rates.{{ rate }},
                    all_rates.{{ rate }},
                    policy_rates.{{ rate }}
                )
        end as {{ rate }},
        {%- endfor %}
        case
            when questions.is_cancelled then 'cancelled'
            when tier_band_rates.cases is not null then 'tier and band'
            when band_rates.cases is not null then 'band'
            when all_rates.cases is not null then 'all'
            else 'policy'
        end as likelihood_basis
    from questions
    inner join bands
        on
            questions.account_id = bands.account_id
            and questions.asked_on = bands.asked_on
    left join rates as tier_band_rates
        on
            questions.asked_on = tier_band_rates.asked_on
            and questions.compared_at_days = tier_band_rates.compared_at_days
            and questions.touch_tier = tier_band_rates.touch_tier
            and bands.health_band = tier_band_rates.health_band
    left join rates as band_rates
        on
            questions.asked_on = band_rates.asked_on
            and questions.compared_at_days = band_rates.compared_at_days
            and band_rates.touch_tier = 'all'
            and bands.health_band = band_rates.health_band
    left join rates as all_rates
        on
            questions.asked_on = all_rates.asked_on
            and questions.compared_at_days = all_rates.compared_at_days
            and all_rates.touch_tier = 'all'
            and all_rates.health_band = 'all'
    left join policy_rates
        on bands.health_band = policy_rates.health_band
),

final as (
    select
        with_rates.subscription_id,
        with_rates.contracted_end_date,
        with_rates.asked_on,
        with_rates.account_id,
        with_rates.term_end_date,
        with_rates.status,
        with_rates.lead_days,
        with_rates.touch_tier,
        with_rates.health_band,
        with_rates.is_cancelled,
        with_rates.has_begun,
        with_rates.arr,
        with_rates.likelihood_basis,
        with_rates.gross_rate,
        with_rates.net_rate,
        {{ share_of('with_rates.arr', 'with_rates.gross_rate') }} as forecast_arr,
        {{ share_of('with_rates.arr', 'with_rates.net_rate') }} as net_forecast_arr,
        with_rates.settled_on,
        with_rates.kept_arr,
        with_rates.net_kept_arr
    from with_rates
)

select * from final
