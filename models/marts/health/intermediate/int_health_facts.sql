-- One row per customer and scored week: every driver's raw value as it was known that
-- day, null where nothing is known. A new driver is a column here.
with customer_weeks as (
    select * from {{ ref('int_customer_weeks') }}
),

usage_facts as (
    select * from {{ ref('int_usage_facts') }}
),

support_facts as (
    select * from {{ ref('int_support_facts') }}
),

engagement_facts as (
    select * from {{ ref('int_engagement_facts') }}
),

contact_facts as (
    select * from {{ ref('int_contact_facts') }}
),

outcome_facts as (
    select * from {{ ref('int_outcome_facts') }}
),

sentiment_facts as (
    select * from {{ ref('int_sentiment_facts') }}
),

{%- set tables = [
    'usage_facts', 'support_facts', 'engagement_facts', 'contact_facts',
    'outcome_facts', 'sentiment_facts',
] %}

final as (
    select
        customer_weeks.account_id,
        customer_weeks.week,
        customer_weeks.taken_on,
        customer_weeks.is_last,
        customer_weeks.touch_tier,
        customer_weeks.stage_by_age,
        customer_weeks.arr,
        usage_facts.seat_utilisation,
        usage_facts.active_user_trend,
        usage_facts.usage_frequency,
        usage_facts.stickiness,
        usage_facts.usage_known_on,
        usage_facts.feature_breadth,
        usage_facts.feature_depth,
        support_facts.open_tickets,
        support_facts.escalated_tickets,
        support_facts.critical_tickets,
        support_facts.resolution_hours,
        support_facts.last_solved_on,
        support_facts.satisfaction,
        support_facts.last_rated_on,
        engagement_facts.touch_recency,
        engagement_facts.qbr_recency,
        engagement_facts.meetings_attended,
        contact_facts.champion_present,
        contact_facts.champion_lost_days,
        contact_facts.executive_present,
        contact_facts.known_contacts,
        outcome_facts.plan_progress,
        outcome_facts.time_to_first_value,
        sentiment_facts.nps,
        sentiment_facts.last_surveyed_on,
        sentiment_facts.csm_sentiment,
        sentiment_facts.last_judged_on,
        sentiment_facts.overdue_invoices
    from customer_weeks
    {%- for table in tables %}
left join {{ table }}
    on
        customer_weeks.account_id = {{ table }}.account_id
        and customer_weeks.week = {{ table }}.week
    {%- endfor %}
)

select * from final
