-- One row per CSM, month and kind of account (tier, health band, lifecycle stage): on
-- how many working days the CSM had such an account. A hand-over inside the month
-- divides its days; days without an owner are those of `unassigned`, so that all add
-- up.
with loads as (
    select * from {{ ref('int_account_loads') }}
),

owners as (
    select * from {{ ref('account_owners') }}
),

owned as (
    select
        loads.account_id,
        loads.month,
        owners.csm_id,
        loads.touch_tier,
        loads.health_band,
        loads.lifecycle_stage,
        {{ working_days_between(
            'case when owners.valid_from > loads.works_from then owners.valid_from else loads.works_from end',
            'case when owners.valid_to < loads.ends_before then owners.valid_to else loads.ends_before end'
        ) }} as working_days
    from loads
    inner join owners
        on
            loads.account_id = owners.account_id
            and loads.ends_before > owners.valid_from
            and {{ open_end('owners.valid_to') }} > loads.works_from
),

parts as (
    select
        owned.month,
        owned.csm_id,
        owned.touch_tier,
        owned.health_band,
        owned.lifecycle_stage,
        owned.working_days
    from owned
    union all
    select
        loads.month,
        'unassigned' as csm_id,
        loads.touch_tier,
        loads.health_band,
        loads.lifecycle_stage,
        loads.working_days
    from loads
    union all
    -- What somebody owned is not unassigned.
    select
        owned.month,
        'unassigned' as csm_id,
        owned.touch_tier,
        owned.health_band,
        owned.lifecycle_stage,
        -owned.working_days as working_days
    from owned
),

final as (
    select
        parts.csm_id,
        parts.month,
        parts.touch_tier,
        parts.health_band,
        parts.lifecycle_stage,
        cast(sum(parts.working_days) as bigint) as working_days
    from parts
    group by
        parts.csm_id,
        parts.month,
        parts.touch_tier,
        parts.health_band,
        parts.lifecycle_stage
)

select * from final
