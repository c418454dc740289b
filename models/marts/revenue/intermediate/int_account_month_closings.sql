-- One row per account and month of its life: the ARR at which the month closes under
-- the currency policy, its touch tier and its owner then.
with account_months as (
    select * from {{ ref('int_account_months') }}
),

spells as (
    select * from {{ ref('int_account_spells') }}
),

foreign_months as (
    select
        family_months.account_id,
        family_months.month,
        cast(sum(family_months.fx_arr) as decimal(18, 2)) as fx_arr
    from {{ ref('int_foreign_months') }} as family_months
    group by family_months.account_id, family_months.month
),

final as (
    select
        account_months.account_id,
        account_months.month,
        account_months.closes_on,
        account_months.is_partial,
        spells.closing_arr,
        coalesce(foreign_months.fx_arr, 0) as fx_arr,
        account_months.is_paused,
        account_months.had_arr_inside,
        account_months.fell_to_zero_on,
        account_months.first_arr_on,
        spells.closing_touch_tier,
        spells.closing_csm_id
    from account_months
    inner join spells
        on
            account_months.account_id = spells.account_id
            and account_months.month >= spells.spell_from
            and account_months.month < spells.spell_to
    left join foreign_months
        on
            account_months.account_id = foreign_months.account_id
            and account_months.month = foreign_months.month
)

select * from final
