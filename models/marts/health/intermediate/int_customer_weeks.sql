-- One row per customer and scored week on whose last day it has ARR: what it paid for
-- then, its touch tier, and the stage its age puts it in. The stage leaves the renewal
-- window out: the score must not know the calendar (definitions, Health).
with weeks as (
    select * from {{ ref('int_health_weeks') }}
    where is_scored
),

states as (
    select * from {{ ref('int_account_states') }}
    where arr > 0
),

lines as (
    select * from {{ ref('int_known_lines') }}
),

product_features as (
    select * from {{ ref('product_features') }}
),

first_arr as (
    select
        states.account_id,
        min(states.valid_from) as first_arr_on
    from states
    group by states.account_id
),

-- A family counts once, however many lines it is in.
families as (
    select
        lines.account_id,
        weeks.week,
        lines.product_family,
        max(product_features.features) as features
    from lines
    inner join product_features
        on lines.product_family = product_features.product_family
    inner join weeks
        on
            lines.valid_from <= weeks.taken_on
            and lines.known_to > weeks.taken_on
    group by lines.account_id, weeks.week, lines.product_family
),

bought as (
    select
        families.account_id,
        families.week,
        cast(sum(families.features) as bigint) as features_bought
    from families
    group by families.account_id, families.week
),

final as (
    select
        states.account_id,
        weeks.week,
        weeks.taken_on,
        weeks.is_last,
        states.arr,
        cast(states.seats as decimal(18, 2)) as seats,
        bought.features_bought,
        first_arr.first_arr_on,
        states.arr_since,
        states.touch_tier,
        {{ lifecycle_stage(
            'states.arr', 'first_arr.first_arr_on', 'weeks.taken_on', 'cast(null as bigint)'
        ) | indent(8) }} as stage_by_age
    from states
    inner join weeks
        on
            states.valid_from <= weeks.taken_on
            and {{ open_end('states.valid_to') }} > weeks.taken_on
    inner join first_arr
        on states.account_id = first_arr.account_id
    left join bought
        on
            states.account_id = bought.account_id
            and weeks.week = bought.week
)

select * from final
