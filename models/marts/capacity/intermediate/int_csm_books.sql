-- One row per CSM (or `unassigned`), month and touch tier: the accounts and ARR that
-- the CSM owned at the month's close.
with loads as (
    select * from {{ ref('int_account_loads') }}
),

final as (
    select
        loads.csm_id,
        loads.month,
        loads.touch_tier,
        cast(count(*) as bigint) as accounts,
        cast(sum(case when loads.is_unassigned then 1 else 0 end) as bigint)
            as uncovered_accounts,
        cast(sum(loads.arr) as decimal(18, 2)) as arr
    from loads
    group by loads.csm_id, loads.month, loads.touch_tier
)

select * from final
