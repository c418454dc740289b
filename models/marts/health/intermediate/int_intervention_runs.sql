-- One row per account, trigger and unbroken period [opened_on, holds_until) in which
-- the trigger's condition holds for a customer of a tier and size that it is meant for.
-- Several reasons at once (two unpaid invoices) are one run.
with conditions as (
    select * from {{ ref('int_intervention_conditions') }}
),

states as (
    select * from {{ ref('int_account_states') }}
    where arr > 0
),

triggers as (
    select * from {{ ref('intervention_triggers') }}
),

deadlines as (
    select * from {{ ref('intervention_deadlines') }}
),

-- A trigger without a deadline for a tier is not meant for it.
pieces as (
    select
        conditions.account_id,
        conditions.trigger,
        greatest(conditions.holds_from, states.valid_from) as holds_from,
        nullif(
            least(
                {{ open_end('conditions.holds_until') }},
                {{ open_end('states.valid_to') }}
            ),
            {{ date_literal('9999-12-31') }}
        ) as holds_until,
        conditions.reason
    from conditions
    inner join states
        on
            conditions.account_id = states.account_id
            and conditions.holds_from < {{ open_end('states.valid_to') }}
            and (
                {{ open_end('conditions.holds_until') }} > states.valid_from
                or conditions.holds_from = states.valid_from
            )
    inner join triggers
        on
            conditions.trigger = triggers.trigger
            and states.arr > triggers.arr_above
    inner join deadlines
        on
            conditions.trigger = deadlines.trigger
            and states.touch_tier = deadlines.touch_tier
    where
        conditions.holds_from <= {{ as_of() }}
        and conditions.holds_from <= {{ open_end('conditions.holds_until') }}
),

final as (
    select
        runs.account_id,
        runs.trigger,
        runs.holds_from as opened_on,
        runs.holds_until,
        runs.reason
    from (
        {{ merged_periods(
            'pieces', ['account_id', 'trigger'], first_of=['reason']
        ) | indent(8) }}
    ) as runs
)

select * from final
