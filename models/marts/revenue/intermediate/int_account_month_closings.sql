-- One row per account and month of its life: the ARR at which the month closes under
-- the currency policy, its touch tier and its owner then.
with account_months as (
    select * from {{ ref('int_account_months') }}
),

foreign_months as (
    select
        family_months.account_id,
        family_months.month,
        sum(family_months.revaluation_arr) as revaluation_arr,
        cast(sum(family_months.fx_arr) as decimal(18, 2)) as fx_arr
    from {{ ref('int_foreign_months') }} as family_months
    group by family_months.account_id, family_months.month
),

profiles as (
    select * from {{ ref('account_profiles') }}
),

owners as (
    select * from {{ ref('account_owners') }}
),

touch_tiers as (
    select * from {{ ref('touch_tiers') }}
),

overrides as (
    select * from {{ ref('touch_tier_overrides') }}
),

closings as (
    select
        account_months.account_id,
        account_months.month,
        account_months.closes_on,
        account_months.is_partial,
        cast(
            account_months.closing_arr
            + coalesce(foreign_months.revaluation_arr, 0) as decimal(18, 2)
        )
            as closing_arr,
        coalesce(foreign_months.fx_arr, 0) as fx_arr,
        account_months.is_paused,
        account_months.is_self_service_only,
        account_months.had_arr_inside,
        account_months.fell_to_zero_on,
        account_months.first_arr_on
    from account_months
    left join foreign_months
        on
            account_months.account_id = foreign_months.account_id
            and account_months.month = foreign_months.month
),

final as (
    select
        closings.*,
        case
            when profiles.is_unmatched then 'unassigned'
            else coalesce(overrides.touch_tier, touch_tiers.touch_tier)
        end as closing_touch_tier,
        owners.csm_id as closing_csm_id
    from closings
    left join profiles
        on closings.account_id = profiles.account_id
    left join owners
        on
            closings.account_id = owners.account_id
            and closings.closes_on >= owners.valid_from
            and closings.closes_on < {{ open_end('owners.valid_to') }}
    left join touch_tiers
        on {{ in_touch_tier('closings.closing_arr', 'closings.is_self_service_only') }}
    left join overrides
        on
            closings.account_id = overrides.account_id
            and closings.closes_on >= overrides.valid_from
            and closings.closes_on < overrides.expires_on
)

select * from final
