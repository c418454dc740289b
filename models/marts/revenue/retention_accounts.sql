-- One row per account of the twelve-month cohort of the last whole month: what it had a
-- year before, what it had at its close, and the cause that did most in the direction
-- in which it moved. The rows behind that month's `all` row of retention: base_arr and
-- current_arr add up to its own.
with windows as (
    select * from {{ ref('int_retention_windows') }}
    where
        window_months = 12
        and product_family is null
        and as_of_from <= {{ closed_month() }}
        and as_of_to > {{ closed_month() }}
),

causes as (
    select * from {{ ref('int_retention_causes') }}
),

profiles as (
    select * from {{ ref('account_profiles') }}
),

csms as (
    select * from {{ ref('csms') }}
),

changes as (
    select
        windows.account_id,
        windows.base_touch_tier,
        windows.base_csm_id,
        windows.base_arr,
        windows.current_arr,
        cast(windows.current_arr - windows.base_arr as decimal(18, 2)) as change_arr
    from windows
),

-- Causes that pull the way the account went, the strongest first.
ranked_causes as (
    select
        causes.account_id,
        causes.cause,
        row_number() over (
            partition by causes.account_id
            order by abs(causes.arr) desc, causes.cause
        ) as cause_rank
    from causes
    inner join changes
        on causes.account_id = changes.account_id
    where causes.arr * sign(changes.change_arr) > 0
),

final as (
    select
        changes.account_id,
        coalesce(profiles.account_name, changes.account_id) as account_name,
        changes.base_touch_tier as touch_tier,
        changes.base_csm_id as csm_id,
        csms.csm_name,
        changes.base_arr,
        changes.current_arr,
        changes.change_arr,
        changes.current_arr > 0 as is_retained,
        ranked_causes.cause as main_cause
    from changes
    left join profiles
        on changes.account_id = profiles.account_id
    left join csms
        on changes.base_csm_id = csms.csm_id
    left join ranked_causes
        on
            changes.account_id = ranked_causes.account_id
            and ranked_causes.cause_rank = 1
)

select * from final
