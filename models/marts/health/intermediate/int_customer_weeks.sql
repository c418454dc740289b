-- One row per customer and scored week on whose last day it has ARR: what it paid for
-- then, its touch tier, and the stage its age puts it in. The stage leaves the renewal
-- window out: the score must not know the calendar (definitions, Health).
with weeks as (
    select * from {{ ref('int_health_weeks') }}
    where is_scored
),

lines as (
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

product_features as (
    select * from {{ ref('product_features') }}
),

first_arr as (
    select
        lines.account_id,
        min(lines.valid_from) as first_arr_on
    from lines
    where lines.arr > 0
    group by lines.account_id
),

families as (
    select
        lines.account_id,
        weeks.week,
        weeks.taken_on,
        weeks.is_last,
        lines.product_family,
        sum(lines.arr) as arr,
        sum(case when lines.is_seat then lines.quantity else 0 end) as seats,
        sum(case when lines.is_self_service then 0 else 1 end) as assisted_lines
    from lines
    inner join weeks
        on
            lines.valid_from <= weeks.taken_on
            and lines.known_to > weeks.taken_on
    group by
        lines.account_id,
        weeks.week,
        weeks.taken_on,
        weeks.is_last,
        lines.product_family
),

customers as (
    select
        families.account_id,
        families.week,
        families.taken_on,
        families.is_last,
        cast(sum(families.arr) as decimal(18, 2)) as arr,
        cast(sum(families.seats) as decimal(18, 2)) as seats,
        cast(sum(product_features.features) as bigint) as features_bought,
        sum(families.assisted_lines) = 0 as is_self_service_only
    from families
    left join product_features
        on families.product_family = product_features.product_family
    group by families.account_id, families.week, families.taken_on, families.is_last
    having sum(families.arr) > 0
),

final as (
    select
        customers.account_id,
        customers.week,
        customers.taken_on,
        customers.is_last,
        customers.arr,
        customers.seats,
        customers.features_bought,
        first_arr.first_arr_on,
        {{ assigned_touch_tier() | indent(8) }} as touch_tier,
        {{ lifecycle_stage(
            'customers.arr', 'first_arr.first_arr_on', 'customers.taken_on', 'cast(null as bigint)'
        ) | indent(8) }} as stage_by_age
    from customers
    inner join first_arr
        on customers.account_id = first_arr.account_id
    {{ join_touch_tier(
        'customers', 'customers.taken_on', 'customers.arr', 'customers.is_self_service_only'
    ) | indent(4) }}
)

select * from final
