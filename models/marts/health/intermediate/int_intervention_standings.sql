-- One row per intervention: how its account stood on the last day on which it was open
-- (as_of_date while it is), and when a person first met the customer for it.
with interventions as (
    select
        account_id,
        trigger,
        opened_on,
        closed_on,
        -- One that opened and closed on one day stood as it did on that day.
        case
            when closed_on > opened_on then {{ add_days('closed_on', -1) }}
            when closed_on is not null then opened_on
            else {{ as_of() }}
        end as standing_on
    from {{ ref('int_closed_interventions') }}
),

states as (
    select * from {{ ref('int_account_states') }}
),

scores as (
    select * from {{ ref('int_score_periods') }}
),

terms as (
    select * from {{ ref('int_subscription_terms') }}
),

touches as (
    select * from {{ ref('int_human_touches') }}
),

touch_tiers as (
    select * from {{ ref('touch_tiers') }}
),

size_scale as (
    select max(touch_tiers.arr_from) as half_arr
    from touch_tiers
),

next_terms as (
    select
        interventions.account_id,
        interventions.trigger,
        interventions.opened_on,
        min(terms.term_end_date) as term_end_date
    from interventions
    inner join terms
        on
            interventions.account_id = terms.account_id
            and interventions.standing_on >= terms.life_from
            and interventions.standing_on < {{ open_end('terms.settled_on') }}
    group by interventions.account_id, interventions.trigger, interventions.opened_on
),

-- A week after the closing still counts: a ticket may be solved before the call is
-- made.
first_touches as (
    select
        interventions.account_id,
        interventions.trigger,
        interventions.opened_on,
        min(touches.touched_on) as first_touch_on
    from interventions
    inner join touches
        on
            interventions.account_id = touches.account_id
            and interventions.opened_on <= touches.touched_on
            and touches.touched_on
            <= coalesce({{ add_days('interventions.closed_on', 7) }}, {{ as_of() }})
    group by interventions.account_id, interventions.trigger, interventions.opened_on
),

final as (
    select
        interventions.account_id,
        interventions.trigger,
        interventions.opened_on,
        interventions.standing_on,
        states.arr,
        size_scale.half_arr,
        scores.score as health_score,
        next_terms.term_end_date,
        first_touches.first_touch_on
    from interventions
    cross join size_scale
    inner join states
        on
            interventions.account_id = states.account_id
            and interventions.standing_on >= states.valid_from
            and interventions.standing_on < {{ open_end('states.valid_to') }}
    left join scores
        on
            interventions.account_id = scores.account_id
            and interventions.standing_on >= scores.valid_from
            and interventions.standing_on < {{ open_end('scores.valid_to') }}
    left join next_terms
        on
            interventions.account_id = next_terms.account_id
            and interventions.trigger = next_terms.trigger
            and interventions.opened_on = next_terms.opened_on
    left join first_touches
        on
            interventions.account_id = first_touches.account_id
            and interventions.trigger = first_touches.trigger
            and interventions.opened_on = first_touches.opened_on
)

select * from final
