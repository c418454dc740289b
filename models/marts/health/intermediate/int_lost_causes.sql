-- One row per account, trigger and day on which its condition ends without anything
-- having been won: notice was given before the notice date, or use stopped falling at a
-- level below what counts as won back.
with terms as (
    select * from {{ ref('int_subscription_terms') }}
),

runs as (
    select * from {{ ref('int_intervention_runs') }}
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
)

select * from final
