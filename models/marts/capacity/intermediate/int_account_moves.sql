-- One row per account that should change hands: which of the CSM's accounts they are.
-- An account in its renewal or in trouble moves last, and a small one before a large
-- one.
with loads as (
    select * from {{ ref('int_account_loads') }}
    where month = {{ month_of(as_of()) }}
),

flows as (
    select * from {{ ref('int_rebalancing_flows') }}
),

ranked as (
    select
        loads.account_id,
        loads.csm_id,
        loads.touch_tier,
        loads.arr,
        row_number() over (
            partition by loads.csm_id, loads.touch_tier
            order by
                case when loads.lifecycle_stage = 'renewal' then 1 else 0 end,
                case loads.health_band
                    when 'red' then 2 when 'yellow' then 1 else 0
                end,
                loads.arr,
                loads.account_id
        ) as place
    from loads
),

ranges as (
    select
        coalesce(flows.from_csm_id, 'unassigned') as csm_id,
        flows.from_csm_id,
        flows.touch_tier,
        flows.to_csm_id,
        sum(flows.accounts) over (
            partition by flows.from_csm_id, flows.touch_tier
            order by flows.to_csm_id
            rows between unbounded preceding and current row
        ) as last_place,
        flows.accounts
    from flows
),

final as (
    select
        ranked.account_id,
        ranked.csm_id,
        ranges.from_csm_id,
        ranked.touch_tier,
        ranked.arr,
        ranges.to_csm_id
    from ranked
    inner join ranges
        on
            ranked.csm_id = ranges.csm_id
            and ranked.touch_tier = ranges.touch_tier
            and ranked.place > ranges.last_place - ranges.accounts
            and ranked.place <= ranges.last_place
)

select * from final
