-- One row per customer as of the date: what its business review opens with. Nothing
-- internal is in it: no score, no band, no tier, no forecast.
with accounts as (
    select * from {{ ref('accounts') }}
    where is_customer
),

touchpoints as (
    select * from {{ ref('touchpoints') }}
),

periods as (
    select * from {{ ref('int_review_periods') }}
    where period = 'now'
),

uses as (
    select * from {{ ref('int_review_uses') }}
),

tickets as (
    select * from {{ ref('int_review_tickets') }}
),

signals as (
    select * from {{ ref('expansion_signals') }}
),

plans as (
    select
        success_plans.account_id,
        count(*) as active_plans
    from {{ ref('success_plans') }} as success_plans
    where success_plans.status = 'active'
    group by success_plans.account_id
),

milestones as (
    select
        review_milestones.account_id,
        count(*) as milestones_total,
        sum(case when review_milestones.status = 'reached' then 1 else 0 end)
            as milestones_done,
        sum(case when review_milestones.status = 'overdue' then 1 else 0 end)
            as milestones_overdue
    from {{ ref('review_milestones') }} as review_milestones
    group by review_milestones.account_id
),

final as (
    select
        accounts.account_id,
        coalesce(accounts.account_name, accounts.account_id) as account_name,
        accounts.csm_name,
        accounts.first_arr_on as customer_since,
        accounts.arr,
        accounts.term_end_date,
        accounts.days_to_renewal,
        touchpoints.last_qbr_on,
        touchpoints.qbr_due_on,
        touchpoints.qbr_overdue_days,
        coalesce(
            touchpoints.qbr_due_on
            <= {{ add_days(as_of(), whole_number_var('review_pack_days')) }},
            false
        ) as is_pack_due,
        periods.valid_from as reviewed_from,
        {{ add_days('periods.valid_to', -1) }} as reviewed_to,
        uses.active_users,
        uses.active_users_before,
        uses.active_users_change,
        uses.active_users_year_before,
        uses.active_users_change_on_year,
        cast(uses.sessions_now as bigint) as sessions,
        cast(uses.sessions_before as bigint) as sessions_before,
        signals.seats,
        signals.seat_utilisation,
        cast(1 - signals.adoption_gap as decimal(12, 6)) as features_in_use,
        cast(coalesce(tickets.opened, 0) as bigint) as tickets_opened,
        cast(coalesce(tickets.opened_before, 0) as bigint) as tickets_opened_before,
        cast(coalesce(tickets.escalated, 0) as bigint) as tickets_escalated,
        cast(coalesce(tickets.solved, 0) as bigint) as tickets_solved,
        cast(coalesce(tickets.still_open, 0) as bigint) as tickets_open,
        tickets.first_answer_hours,
        tickets.resolution_hours,
        tickets.resolution_days,
        tickets.satisfaction,
        cast(coalesce(plans.active_plans, 0) as bigint) as active_plans,
        cast(coalesce(milestones.milestones_total, 0) as bigint) as milestones_total,
        cast(coalesce(milestones.milestones_done, 0) as bigint) as milestones_done,
        cast(coalesce(milestones.milestones_overdue, 0) as bigint)
            as milestones_overdue
    from accounts
    cross join periods
    left join touchpoints
        on accounts.account_id = touchpoints.account_id
    left join uses
        on accounts.account_id = uses.account_id
    left join tickets
        on accounts.account_id = tickets.account_id
    left join signals
        on accounts.account_id = signals.account_id
    left join plans
        on accounts.account_id = plans.account_id
    left join milestones
        on accounts.account_id = milestones.account_id
)

select * from final
