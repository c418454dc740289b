-- One row per term end and day on which somebody asks: the share of its ARR that will
-- be renewed, from the closest group with renewal_rate_min_cases settled cases: tier
-- and band, then the band; else the policy seed of the band. What stands in for a band
-- stays between the bands beside it that have enough, so that no worse band is ahead of
-- a better one. What was asked to be cancelled is taken as gone.
with questions as (
    select * from {{ ref('int_renewal_questions') }}
),

bands as (
    select * from {{ ref('int_bands_before_renewals') }}
),

rates as (
    select * from {{ ref('int_renewal_rates') }}
),

policy_rates as (
    select * from {{ ref('renewal_rates') }}
),

with_band as (
    select
        questions.*,
        bands.health_band
    from questions
    inner join bands
        on
            questions.account_id = bands.account_id
            and questions.asked_on = bands.asked_on
),

with_stand_in as (
    select
        with_band.*,
        {%- for rate in ['gross_rate', 'net_rate'] %}
        coalesce(
            all_tiers.{{ rate }},
            {{ held_between(
                'case when with_band.compared_at_days = 0 then policy_rates.grace_'
                ~ rate ~ ' else policy_rates.' ~ rate ~ ' end',
                'all_tiers.lowest_' ~ rate,
                'all_tiers.highest_' ~ rate
            ) }}
        ) as stand_in_{{ rate }},
        {%- endfor %}
        all_tiers.gross_rate is not null as has_band_rate
    from with_band
    left join rates as all_tiers
        on
            with_band.asked_on = all_tiers.asked_on
            and with_band.compared_at_days = all_tiers.compared_at_days
            and with_band.health_band = all_tiers.health_band
            and all_tiers.touch_tier = 'all'
    left join policy_rates
        on with_band.health_band = policy_rates.health_band
),

with_rates as (
    select
        with_stand_in.*,
        {%- for rate in ['gross_rate', 'net_rate'] %}
        case
            when with_stand_in.is_cancelled then cast(0 as decimal(12, 6))
            else coalesce(
                    rates.{{ rate }},
                    {{ held_between(
                        'with_stand_in.stand_in_' ~ rate,
                        'rates.lowest_' ~ rate,
                        'rates.highest_' ~ rate
                    ) }}
                )
        end as {{ rate }},
        {%- endfor %}
        case
            when with_stand_in.is_cancelled then 'cancelled'
            when rates.gross_rate is not null then 'tier and band'
            when with_stand_in.has_band_rate then 'band'
            else 'policy'
        end as likelihood_basis
    from with_stand_in
    left join rates
        on
            with_stand_in.asked_on = rates.asked_on
            and with_stand_in.compared_at_days = rates.compared_at_days
            and with_stand_in.touch_tier = rates.touch_tier
            and with_stand_in.health_band = rates.health_band
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
