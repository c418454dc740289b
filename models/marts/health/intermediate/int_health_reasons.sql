-- One row per customer and thing worth saying of its health now, in words: what costs
-- points, what gives them, what changed in four weeks, what moved it into its band. A
-- cap that holds speaks first.
{%- set least = whole_number_var('health_reason_points') %}
with current_scores as (
    select * from {{ ref('health_driver_scores') }}
    where week = {{ week_of(as_of()) }} and driver <> 'override'
),

changes as (
    select * from {{ ref('int_driver_changes') }}
),

scores as (
    select * from {{ ref('health_scores') }}
    where is_current
),

policy as (
    select * from {{ ref('int_health_policies') }}
),

stages as (
    select
        account_id,
        stage_by_age
    from {{ ref('int_customer_weeks') }}
    where is_last
),

caps as (
    select * from {{ ref('int_health_caps') }}
),

weighed as (
    select
        scores.account_id,
        current_scores.driver,
        current_scores.points,
        current_scores.weight,
        current_scores.status,
        current_scores.contribution,
        policy.topic,
        policy.label,
        {{ with_value(
            'policy.words_down', 'current_scores.raw_value', 'policy.shown_as'
        ) }} as words_down,
        {{ with_value(
            'policy.words_up', 'current_scores.raw_value', 'policy.shown_as'
        ) }} as words_up,
        caps.words as cap_words,
        caps.ceiling,
        (100 - current_scores.points) * current_scores.weight * 0.01 as exact_loss
    from scores
    inner join current_scores
        on scores.account_id = current_scores.account_id
    inner join stages
        on scores.account_id = stages.account_id
    inner join policy
        on
            scores.touch_tier = policy.touch_tier
            and stages.stage_by_age = policy.stage_by_age
            and current_scores.driver = policy.driver
    left join caps
        on
            current_scores.account_id = caps.account_id
            and current_scores.week = caps.week
            and current_scores.driver = caps.driver
    where scores.score is not null
),

reasons as (
    select
        weighed.account_id,
        'down' as kind,
        coalesce(weighed.cap_words, weighed.words_down) as words,
        coalesce(weighed.ceiling, 100) as comes_first,
        cast(coalesce(weighed.exact_loss, 0) as decimal(6, 2)) as size_in_points,
        weighed.topic,
        weighed.driver
    from weighed
    where weighed.cap_words is not null or weighed.exact_loss >= {{ least }}
    union all
    select
        weighed.account_id,
        'up' as kind,
        weighed.words_up as words,
        100 as comes_first,
        weighed.contribution as size_in_points,
        weighed.topic,
        weighed.driver
    from weighed
    where
        weighed.contribution >= {{ least }}
        and weighed.points >= 75
        -- What costs points worth naming is said once, as that.
        and weighed.exact_loss < {{ least }}
        and weighed.cap_words is null
    -- Each driver that changed is a topic of its own.
    union all
    select
        changes.account_id,
        changes.kind,
        weighed.label
        || case when changes.change > 0 then ' +' else ' ' end
        || cast(changes.change as {{ dbt.type_string() }}) as words,
        100 as comes_first,
        abs(changes.change) as size_in_points,
        changes.driver as topic,
        changes.driver
    from changes
    inner join weighed
        on
            changes.account_id = weighed.account_id
            and changes.driver = weighed.driver
    where abs(changes.change) >= {{ least }}
),

-- Five drivers of falling use are one thing to say: the largest of a topic speaks.
spoken as (
    select
        reasons.*,
        row_number() over (
            partition by reasons.account_id, reasons.kind, reasons.topic
            order by
                reasons.comes_first asc, reasons.size_in_points desc, reasons.driver asc
        ) as topic_rank
    from reasons
),

final as (
    select
        spoken.account_id,
        spoken.kind,
        spoken.driver,
        spoken.words,
        spoken.size_in_points,
        row_number() over (
            partition by spoken.account_id, spoken.kind
            order by
                spoken.comes_first asc, spoken.size_in_points desc, spoken.driver asc
        ) as reason_rank
    from spoken
    where spoken.topic_rank = 1
)

select * from final
