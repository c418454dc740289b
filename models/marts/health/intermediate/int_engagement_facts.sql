-- One row per customer and scored week: how it has been met. A touch is an activity
-- that a person held with the customer, since it has had ARR without a break; automated
-- messages and internal work are none. Time without a touch counts from then or, where
-- that is later, from the first activity that the CRM has of anybody; it is the least
-- that it can have been, so that it counts once it is no longer good, and says nothing
-- before.
with customer_weeks as (
    select * from {{ ref('int_customer_weeks') }}
),

touch_tiers as (
    select * from {{ ref('touch_tiers') }}
),

meetings as (
    select
        *,
        {{ was_held('status') }} as is_held
    from {{ ref('stg_crm__activities') }}
    where
        activity_type not in ('automated_email', 'in_app_message', 'internal')
        and ({{ was_held('status') }} or status = 'no_show')
),

weeks as (
    select * from {{ ref('int_health_weeks') }}
    where is_scored
),

first_activity as (
    select
        min(meetings.occurred_on) as recorded_from,
        min(case
            when meetings.activity_type in ('qbr', 'ebr') then meetings.occurred_on
        end) as reviews_recorded_from
    from meetings
),

{%- for name, condition in {
    'touch_days': 'meetings.is_held',
    'review_days': "meetings.is_held and meetings.activity_type in ('qbr', 'ebr')",
}.items() %}

{{ name }} as (
    select
        meetings.account_id,
        meetings.occurred_on,
        lead(meetings.occurred_on) over (
            partition by meetings.account_id
            order by meetings.occurred_on
        ) as next_on
    from meetings
    where {{ condition }}
    group by meetings.account_id, meetings.occurred_on
),
{%- endfor %}

-- An e-mail is answered or not; only who was expected somewhere can fail to come.
attendance as (
    select
        meetings.account_id,
        weeks.week,
        sum(case when meetings.is_held then 1 else 0 end) as attended,
        count(*) as planned
    from meetings
    inner join weeks
        on
            meetings.occurred_on <= weeks.taken_on
            and {{ add_days('meetings.occurred_on', 90) }} > weeks.taken_on
    where meetings.activity_type <> 'email'
    group by meetings.account_id, weeks.week
),

-- By tier and stage, as the score judges them.
still_good as (
    select
        policies.touch_tier,
        policies.stage_by_age,
        max(case when policies.driver = 'touch_recency' then policies.value_at_100 end)
            as touch_recency,
        max(case when policies.driver = 'qbr_recency' then policies.value_at_100 end)
            as qbr_recency
    from {{ ref('int_health_policies') }} as policies
    group by policies.touch_tier, policies.stage_by_age
),

with_touches as (
    select
        customer_weeks.account_id,
        customer_weeks.week,
        touch_tiers.touchpoint_days,
        still_good.touch_recency * touch_tiers.touchpoint_days as good_touch_days,
        still_good.qbr_recency as good_review_days,
        attendance.attended,
        attendance.planned,
        touch_days.occurred_on is not null as was_met,
        review_days.occurred_on is not null as was_reviewed,
        {{ days_between("coalesce(touch_days.occurred_on, case
            when first_activity.recorded_from <= customer_weeks.taken_on
                then greatest(customer_weeks.arr_since, first_activity.recorded_from)
        end)", 'customer_weeks.taken_on') }} as days_since_touch,
        {{ days_between("coalesce(review_days.occurred_on, case
            when first_activity.reviews_recorded_from <= customer_weeks.taken_on
                then greatest(customer_weeks.arr_since, first_activity.reviews_recorded_from)
        end)", 'customer_weeks.taken_on') }} as days_since_review
    from customer_weeks
    cross join first_activity
    left join touch_tiers
        on customer_weeks.touch_tier = touch_tiers.touch_tier
    left join still_good
        on
            customer_weeks.touch_tier = still_good.touch_tier
            and customer_weeks.stage_by_age = still_good.stage_by_age
    {%- for days in ['touch_days', 'review_days'] %}
    left join {{ days }}
        on
            customer_weeks.account_id = {{ days }}.account_id
            and customer_weeks.taken_on >= {{ days }}.occurred_on
            and customer_weeks.arr_since <= {{ days }}.occurred_on
            and customer_weeks.taken_on < {{ open_end(days ~ '.next_on') }}
    {%- endfor %}
    left join attendance
        on
            customer_weeks.account_id = attendance.account_id
            and customer_weeks.week = attendance.week
),

final as (
    select
        with_touches.account_id,
        with_touches.week,
        case
            when with_touches.was_met
                or with_touches.days_since_touch > with_touches.good_touch_days
                then {{ safe_divide(
                    'with_touches.days_since_touch', 'with_touches.touchpoint_days'
                ) }}
        end as touch_recency,
        case
            when with_touches.was_reviewed
                or with_touches.days_since_review > with_touches.good_review_days
                then with_touches.days_since_review
        end as qbr_recency,
        {{ safe_divide('with_touches.attended', 'with_touches.planned') }}
            as meetings_attended
    from with_touches
)

select * from final
