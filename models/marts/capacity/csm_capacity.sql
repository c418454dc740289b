-- One row per CSM and month, and per month for `unassigned`: the book at the month's
-- close against the recommended band, and the month's hours against those there were.
-- Accounts, ARR and hours over all rows of a month are the company's.
with csm_loads as (
    select * from {{ ref('int_csm_loads') }}
),

hours as (
    select * from {{ ref('int_csm_hours') }}
),

hours_by_category as (
    select
        hours.csm_id,
        hours.month,
        {%- for category in time_categories() %}
        sum(
            case
                when hours.category = '{{ category }}' then hours.expected_hours else 0
            end
        )
            as planned_{{ category }}_hours,
        sum(
            case
                when hours.category = '{{ category }}' then hours.actual_hours else 0
            end
        )
            as actual_{{ category }}_hours,
        {%- endfor %}
        sum(hours.expected_hours) as expected_hours,
        sum(hours.actual_hours) as actual_hours,
        sum(hours.customer_facing_hours) as customer_facing_hours
    from hours
    group by hours.csm_id, hours.month
),

joined as (
    select
        csm_loads.*,
        {%- for category in time_categories() %}
        cast(
            coalesce(hours_by_category.planned_{{ category }}_hours, 0) as decimal(
                18, 4
            )
        )
            as planned_{{ category }}_hours,
        cast(
            coalesce(hours_by_category.actual_{{ category }}_hours, 0) as decimal(18, 4)
        )
            as actual_{{ category }}_hours,
        {%- endfor %}
        cast(coalesce(hours_by_category.expected_hours, 0) as decimal(18, 4))
            as expected_hours,
        cast(coalesce(hours_by_category.actual_hours, 0) as decimal(18, 4))
            as actual_hours,
        cast(coalesce(hours_by_category.customer_facing_hours, 0) as decimal(18, 4))
            as customer_facing_hours
    from csm_loads
    left join hours_by_category
        on
            csm_loads.csm_id = hours_by_category.csm_id
            and csm_loads.month = hours_by_category.month
),

-- Hours have four decimals, safe_divide reads two.
with_rates as (
    select
        joined.*,
        {{ safe_divide('joined.expected_hours * 100', 'joined.available_hours * 100') }}
            as utilisation,
        {{ safe_divide(
            'joined.customer_facing_hours * 100',
            'joined.actual_hours * 100'
        ) }}
            as customer_facing_share,
        {{ safe_divide('joined.actual_hours * 100', 'joined.available_hours * 100') }}
            as logged_share
    from joined
),

final as (
    select
        with_rates.csm_id,
        with_rates.month,
        with_rates.is_partial,
        with_rates.csm_name,
        with_rates.team,
        with_rates.touch_model,
        with_rates.is_present_at_close,
        with_rates.accounts,
        with_rates.arr,
        {%- for tier in ['high', 'mid', 'low', 'tech'] %}
        with_rates.{{ tier }}_accounts,
        with_rates.{{ tier }}_arr,
        {%- endfor %}
        with_rates.band_accounts,
        with_rates.recommended_min,
        with_rates.recommended_max,
        {{ capacity_band(
            'with_rates.band_accounts', 'with_rates.recommended_min', 'with_rates.recommended_max'
        ) | indent(8) }} as band,
        with_rates.weekly_hours,
        with_rates.expected_hours,
        with_rates.available_hours,
        with_rates.utilisation,
        {%- for category in time_categories() %}
        with_rates.planned_{{ category }}_hours,
        with_rates.actual_{{ category }}_hours,
        {%- endfor %}
        with_rates.actual_hours,
        with_rates.customer_facing_hours,
        with_rates.customer_facing_share,
        with_rates.logged_share,
        case
            when
                coalesce(with_rates.logged_share, 0)
                < {{ rate_var('logged_share_needed') }}
                then null
            when
                with_rates.customer_facing_share
                < {{ rate_var('customer_facing_share_from') }}
                then 'under'
            when
                with_rates.customer_facing_share
                > {{ rate_var('customer_facing_share_to') }}
                then 'over'
            when with_rates.customer_facing_share is not null then 'in'
        end as customer_facing_status
    from with_rates
)

select * from final
