-- One row per customer, kind of change and driver that both its weeks have: what the
-- driver gives more or less. `changed` compares now with four weeks ago; `moved` the
-- week that gave the band with the last one whose score spoke for another.
with driver_scores as (
    select * from {{ ref('health_driver_scores') }}
    where driver <> 'override'
),

scores as (
    select * from {{ ref('health_scores') }}
    where is_current and score is not null
),

band_changes as (
    select * from {{ ref('int_band_changes') }}
),

spans as (
    select
        scores.account_id,
        'changed' as kind,
        {{ week_ago(4) }} as from_week,
        scores.week as to_week
    from scores
    union all
    select
        scores.account_id,
        'moved' as kind,
        band_changes.before_week as from_week,
        band_changes.since_week as to_week
    from scores
    inner join band_changes
        on scores.account_id = band_changes.account_id
),

final as (
    select
        spans.account_id,
        spans.kind,
        later_scores.driver,
        later_scores.contribution - earlier_scores.contribution as change
    from spans
    inner join driver_scores as later_scores
        on
            spans.account_id = later_scores.account_id
            and spans.to_week = later_scores.week
    inner join driver_scores as earlier_scores
        on
            spans.account_id = earlier_scores.account_id
            and spans.from_week = earlier_scores.week
            and later_scores.driver = earlier_scores.driver
)

select * from final
