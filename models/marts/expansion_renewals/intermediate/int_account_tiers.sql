-- One row per account and period [valid_from, valid_to) with ARR in which its touch
-- tier stays the same, by the day; a null valid_to is open. revenue.arr_monthly knows
-- tiers at month ends only, and what is asked on a day may not know how its month
-- closed.
with lines as (
    select * from {{ ref('arr_lines') }}
),

profiles as (
    select * from {{ ref('account_profiles') }}
),

touch_tiers as (
    select * from {{ ref('touch_tiers') }}
),

overrides as (
    select * from {{ ref('touch_tier_overrides') }}
),

line_values as (
    select
        lines.account_id,
        lines.valid_from,
        lines.valid_to,
        lines.arr,
        case when lines.is_self_service then 0 else 1 end as assisted_lines
    from lines
),

changes as (
    select
        line_values.account_id,
        line_values.valid_from as changed_on,
        line_values.arr,
        line_values.assisted_lines
    from line_values
    union all
    select
        line_values.account_id,
        line_values.valid_to as changed_on,
        -line_values.arr as arr,
        -line_values.assisted_lines as assisted_lines
    from line_values
    where line_values.valid_to is not null
    {%- for edge in ['valid_from', 'expires_on'] %}
    union all
    select
        overrides.account_id,
        overrides.{{ edge }} as changed_on,
        0 as arr,
        0 as assisted_lines
    from overrides
    where overrides.{{ edge }} <= {{ as_of() }}
    {%- endfor %}
),

by_day as (
    select
        changes.account_id,
        changes.changed_on,
        sum(changes.arr) as arr,
        sum(changes.assisted_lines) as assisted_lines
    from changes
    group by changes.account_id, changes.changed_on
),

states as (
    select
        by_day.account_id,
        by_day.changed_on as valid_from,
        lead(by_day.changed_on) over account_history as valid_to,
        sum(by_day.arr) over account_history as arr,
        sum(by_day.assisted_lines) over account_history as assisted_lines
    from by_day
    window account_history as (
        partition by by_day.account_id
        order by by_day.changed_on
    )
),

final as (
    select
        states.account_id,
        states.valid_from,
        states.valid_to,
        {{ assigned_touch_tier() | indent(8) }} as touch_tier
    from states
    {{ join_touch_tier(
        'states', 'states.valid_from', 'states.arr', 'states.assisted_lines = 0'
    ) | indent(4) }}
    where states.arr > 0
)

select * from final
