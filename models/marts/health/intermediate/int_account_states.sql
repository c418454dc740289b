-- One row per account and period [valid_from, valid_to) in which its ARR, touch tier
-- and seats stay the same, from its first day with a contract on; a null valid_to is
-- open. arr_since is the day from which it has had ARR without a break. By the day,
-- where revenue.arr_monthly knows the state at month ends only, and as it was believed
-- then: a term that lapsed counts while its grace ran.
with lines as (
    select * from {{ ref('int_known_lines') }}
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
        lines.known_to,
        lines.arr,
        case when lines.is_seat then lines.quantity else 0 end as seats,
        case when lines.is_self_service then 0 else 1 end as assisted_lines
    from lines
),

changes as (
    select
        line_values.account_id,
        line_values.valid_from as changed_on,
        line_values.arr,
        line_values.seats,
        line_values.assisted_lines
    from line_values
    union all
    select
        line_values.account_id,
        line_values.known_to as changed_on,
        -line_values.arr as arr,
        -line_values.seats as seats,
        -line_values.assisted_lines as assisted_lines
    from line_values
    where line_values.known_to <= {{ as_of() }}
    {%- for edge in ['valid_from', 'expires_on'] %}
    union all
    select
        overrides.account_id,
        overrides.{{ edge }} as changed_on,
        0 as arr,
        0 as seats,
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
        sum(changes.seats) as seats,
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
        sum(by_day.seats) over account_history as seats,
        sum(by_day.assisted_lines) over account_history as assisted_lines
    from by_day
    window account_history as (
        partition by by_day.account_id
        order by by_day.changed_on
    )
),

with_starts as (
    select
        states.*,
        case
            when
                states.arr > 0
                and coalesce(lag(states.arr) over (
                    partition by states.account_id
                    order by states.valid_from
                ), 0) = 0
                then states.valid_from
        end as starts_on
    from states
),

spells as (
    select
        with_starts.*,
        case
            when with_starts.arr > 0
                then max(with_starts.starts_on) over account_history
        end as arr_since
    from with_starts
    window account_history as (
        partition by with_starts.account_id
        order by with_starts.valid_from
        rows between unbounded preceding and current row
    )
),

final as (
    select
        spells.account_id,
        spells.valid_from,
        spells.valid_to,
        cast(spells.arr as decimal(18, 2)) as arr,
        cast(spells.seats as decimal(18, 4)) as seats,
        spells.arr_since,
        {{ assigned_touch_tier() | indent(8) }} as touch_tier
    from spells
    {{ join_touch_tier(
        'spells', 'spells.valid_from', 'spells.arr', 'spells.assisted_lines = 0'
    ) | indent(4) }}
)

select * from final
