-- One row per account, trigger and health week in which its use has fallen over 60 days
-- by as much as the policy names, or comes near what it bought while it is used often.
-- A week's reading holds until the next one.
with trigger_weeks as (
    select * from {{ ref('int_trigger_weeks') }}
),

triggers as (
    select * from {{ ref('intervention_triggers') }}
),

final as (
    select
        trigger_weeks.account_id,
        triggers.trigger,
        trigger_weeks.valid_from as holds_from,
        trigger_weeks.valid_to as holds_until,
        case triggers.trigger
            when 'usage_declines'
                then 'usage down '
                    || {{ whole_percent('-trigger_weeks.active_user_trend') }}
                    || ' % in 60 days'
            else {{ whole_percent('trigger_weeks.seats_in_use') }}
                || ' % of seats in use, used often'
        end as reason
    from trigger_weeks
    inner join triggers
        on
            (
                triggers.trigger = 'usage_declines'
                and trigger_weeks.active_user_trend <= -triggers.threshold
            )
            or (
                triggers.trigger = 'usage_near_limit'
                and trigger_weeks.seats_in_use >= triggers.threshold
                and trigger_weeks.engagement >= triggers.engagement_from
            )
)

select * from final
