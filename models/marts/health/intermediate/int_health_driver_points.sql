-- One row per customer, scored week and driver of its tier and age: the raw value, its
-- points from 0 to 100, and whether it is scored, stale or missing. A view, because the
-- rows are many: scores read all of them, details only the latest weeks.
{{ config(materialized='view') }}

with facts as (
    select * from {{ ref('int_scorable_facts') }}
),

policy as (
    select * from {{ ref('int_health_policies') }}
),

measured as (
    select
        facts.account_id,
        facts.week,
        facts.taken_on,
        policy.driver,
        policy.dimension,
        policy.dimension_position,
        policy.dimension_weight,
        policy.driver_weight,
        policy.drivers_weight,
        policy.dimensions_weight,
        policy.value_at_0,
        policy.value_at_100,
        policy.stale_after_days,
        cast(case policy.driver
            {%- for driver in health_drivers() %}
            when '{{ driver }}' then facts.{{ driver }}
            {%- endfor %}
        end as decimal(15, 6)) as raw_value,
        case policy.driver
            {%- for driver, known_on in health_drivers().items() if known_on %}
            when '{{ driver }}' then facts.{{ known_on }}
            {%- endfor %}
            else facts.taken_on
        end as known_on
    from facts
    inner join policy
        on
            facts.touch_tier = policy.touch_tier
            and facts.stage_by_age = policy.stage_by_age
),

judged as (
    select
        measured.*,
        case
            when measured.raw_value is null then 'missing'
            when {{ days_between('measured.known_on', 'measured.taken_on') }}
                > measured.stale_after_days
                then 'stale'
            else 'scored'
        end as status,
        cast(greatest(
            least(
                measured.raw_value, greatest(measured.value_at_0, measured.value_at_100)
            ),
            least(measured.value_at_0, measured.value_at_100)
        ) as decimal(10, 6)) as clamped_value
    from measured
),

final as (
    select
        judged.account_id,
        judged.week,
        judged.taken_on,
        judged.driver,
        judged.dimension,
        judged.dimension_position,
        judged.dimension_weight,
        judged.driver_weight,
        judged.drivers_weight,
        judged.dimensions_weight,
        judged.raw_value,
        judged.status,
        case
            when judged.status = 'scored'
                then {{ points_between(
                    'judged.clamped_value', 'judged.value_at_0', 'judged.value_at_100'
                ) }}
        end as points
    from judged
)

select * from final
