-- One row per account that has or had ARR: when a person of ours last met it, when it
-- is to be met next by its tier and health band, and what automation sent in the year
-- up to as_of_date. Nobody is due to meet an account without ARR or one left to
-- automation.
with states as (
    select * from {{ ref('int_account_states') }}
),

touches as (
    select * from {{ ref('int_human_touches') }}
),

activities as (
    select * from {{ ref('stg_crm__activities') }}
),

scores as (
    select * from {{ ref('int_score_periods') }}
    where valid_to is null
),

cadences as (
    select * from {{ ref('touch_cadences') }}
),

touch_records as (
    select min(touches.touched_on) as records_from
    from touches
),

customers as (
    select
        states.account_id,
        max(case when states.valid_to is null then states.arr_since end) as arr_since,
        max(case when states.valid_to is null then states.touch_tier end) as touch_tier
    from states
    where states.arr > 0
    group by states.account_id
),

last_touches as (
    select
        touches.account_id,
        max(touches.touched_on) as last_touch_on,
        max(case when touches.is_review then touches.touched_on end) as last_qbr_on,
        sum(
            case
                when
                    touches.touched_on > {{ add_days(as_of(), -92) }}
                    and touches.touched_on <= {{ as_of() }}
                    then 1
                else 0
            end
        ) as human_touches_92_days
    from touches
    group by touches.account_id
),

automation as (
    select
        activities.account_id,
        sum(case when activities.status = 'delivered' then 1 else 0 end) as delivered,
        sum(case when activities.status = 'bounced' then 1 else 0 end) as bounced
    from activities
    where
        activities.activity_type in ('automated_email', 'in_app_message')
        and activities.occurred_on > {{ add_months(as_of(), -12) }}
    group by activities.account_id
),

planned as (
    select
        customers.account_id,
        customers.touch_tier,
        coalesce(scores.band, 'unscored') as health_band,
        last_touches.last_touch_on,
        cadences.touchpoint_days,
        {{ next_touch_due(
            'last_touches.last_touch_on', 'customers.arr_since',
            'touch_records.records_from', 'cadences.touchpoint_days'
        ) | indent(8) }} as due_on,
        last_touches.last_qbr_on,
        cadences.qbr_days,
        {{ next_touch_due(
            'last_touches.last_qbr_on', 'customers.arr_since',
            'touch_records.records_from', 'cadences.qbr_days'
        ) | indent(8) }} as qbr_due_on,
        coalesce(last_touches.human_touches_92_days, 0) as human_touches_92_days,
        coalesce(automation.delivered, 0) as delivered,
        coalesce(automation.bounced, 0) as bounced
    from customers
    cross join touch_records
    left join scores
        on customers.account_id = scores.account_id
    left join cadences
        on
            customers.touch_tier = cadences.touch_tier
            and coalesce(scores.band, 'unscored') = cadences.health_band
    left join last_touches
        on customers.account_id = last_touches.account_id
    left join automation
        on customers.account_id = automation.account_id
),

final as (
    select
        planned.account_id,
        planned.touch_tier,
        planned.health_band,
        planned.last_touch_on,
        planned.touchpoint_days,
        planned.due_on,
        cast(
            case
                when planned.due_on < {{ as_of() }}
                    then {{ days_between('planned.due_on', as_of()) }}
                when planned.due_on is not null then 0
            end as bigint
        ) as overdue_days,
        planned.last_qbr_on,
        planned.qbr_days,
        planned.qbr_due_on,
        cast(
            case
                when planned.qbr_due_on < {{ as_of() }}
                    then {{ days_between('planned.qbr_due_on', as_of()) }}
                when planned.qbr_due_on is not null then 0
            end as bigint
        ) as qbr_overdue_days,
        cast(planned.human_touches_92_days as bigint) as human_touches_92_days,
        cast(planned.delivered as bigint) as automated_delivered,
        cast(planned.bounced as bigint) as automated_bounced,
        {{ safe_divide('planned.delivered', '(planned.delivered + planned.bounced)') }}
            as delivery_rate
    from planned
)

select * from final
