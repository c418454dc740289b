-- One row per account and month with ARR at its close: what decides how much work it is
-- (tier, health band, lifecycle stage), and how many working days of the month that is.
with account_months as (
    select * from {{ ref('arr_monthly') }}
    where closing_arr > 0
),

months as (
    select * from {{ ref('int_capacity_months') }}
),

accounts as (
    select * from {{ ref('accounts') }}
),

term_ends as (
    select * from {{ ref('int_account_term_ends') }}
),

bands as (
    select * from {{ ref('int_account_bands') }}
),

joined as (
    select
        account_months.account_id,
        account_months.month,
        months.closes_on,
        months.ends_before,
        account_months.closing_csm_id,
        account_months.closing_touch_tier as touch_tier,
        account_months.closing_arr as arr,
        accounts.first_arr_on,
        case
            when accounts.first_arr_on > months.month then accounts.first_arr_on else
                months.month
        end
            as works_from,
        cast(
            {{ days_between('months.closes_on', 'term_ends.term_end_date') }} as bigint
        )
            as days_to_renewal,
        coalesce(bands.health_band, 'unscored') as health_band
    from account_months
    inner join months
        on account_months.month = months.month
    inner join accounts
        on account_months.account_id = accounts.account_id
    left join term_ends
        on
            account_months.account_id = term_ends.account_id
            and account_months.month = term_ends.month
    left join bands
        on
            account_months.account_id = bands.account_id
            and account_months.month = bands.month
),

final as (
    select
        joined.account_id,
        joined.month,
        joined.ends_before,
        joined.works_from,
        {{ working_days_between('joined.works_from', 'joined.ends_before') }}
            as working_days,
        coalesce(joined.closing_csm_id, 'unassigned') as csm_id,
        joined.closing_csm_id is null as is_unassigned,
        joined.touch_tier,
        joined.arr,
        {{ lifecycle_stage(
            'joined.arr',
            'joined.first_arr_on',
            'joined.closes_on',
            'joined.days_to_renewal'
        ) | indent(8) }}
            as lifecycle_stage,
        joined.health_band
    from joined
)

select * from final
