-- One row per account, trigger and day on which it is no longer called for without
-- anything having been won: notice was given before the notice date, use stopped
-- falling at a level below what counts as won back, or the condition holds on and the
-- account alone has become one that the trigger is not meant for.
with terms as (
    select * from {{ ref('int_subscription_terms') }}
),

runs as (
    select * from {{ ref('int_intervention_runs') }}
),

conditions as (
    select * from {{ ref('int_intervention_conditions') }}
),

trigger_weeks as (
    select * from {{ ref('int_trigger_weeks') }}
),

triggers as (
    select * from {{ ref('intervention_triggers') }}
),

low_ends as (
    select
        runs.account_id,
        runs.trigger,
        runs.holds_until as lost_on
    from runs
    inner join triggers
        on
            runs.trigger = triggers.trigger
            and triggers.recovered_from is not null
    inner join trigger_weeks as opening_weeks
        on
            runs.account_id = opening_weeks.account_id
            and runs.opened_on >= opening_weeks.valid_from
            and runs.opened_on < opening_weeks.valid_to
    inner join trigger_weeks as closing_weeks
        on
            runs.account_id = closing_weeks.account_id
            and runs.holds_until >= closing_weeks.valid_from
            and runs.holds_until < closing_weeks.valid_to
    where closing_weeks.users < triggers.recovered_from * opening_weeks.users_before
),

outgrown as (
    select
        runs.account_id,
        runs.trigger,
        runs.holds_until as lost_on
    from runs
    inner join conditions
        on
            runs.account_id = conditions.account_id
            and runs.trigger = conditions.trigger
            and runs.holds_until >= conditions.holds_from
            and runs.holds_until < {{ open_end('conditions.holds_until') }}
),

final as (
    select distinct
        terms.account_id,
        'notice_near' as trigger,
        terms.cancel_requested_on as lost_on
    from terms
    where terms.cancel_requested_on is not null
    union distinct
    select
        low_ends.account_id,
        low_ends.trigger,
        low_ends.lost_on
    from low_ends
    union distinct
    select
        outgrown.account_id,
        outgrown.trigger,
        outgrown.lost_on
    from outgrown
)

select * from final
