-- One row per subscription: the days on which it lives, [life_from, life_to).
-- DECISIONS A1. Dates after as_of_date are masked in staging already, so that a life
-- ends only by what was known that day.
with subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

account_identities as (
    select distinct
        account_id,
        ultimate_parent_account_id
    from {{ ref('stg_crm__account_identities') }}
),

-- What began before the row that it names cannot have renewed it.
renewals as (
    select
        renewed.subscription_id,
        min(subscriptions.started_on) as renewed_on
    from subscriptions
    inner join subscriptions as renewed
        on subscriptions.renewed_from_subscription_id = renewed.subscription_id
    where
        subscriptions.subscription_id <> renewed.subscription_id
        and subscriptions.started_on >= renewed.started_on
    group by renewed.subscription_id
),

-- A lapse: the term has ended, nothing renews it by itself, and no renewal came in
-- time.
with_lapse as (
    select
        subscriptions.*,
        renewals.renewed_on,
        case
            when not subscriptions.auto_renews then subscriptions.current_term_end
        end as lapses_on,
        {{ add_days(
            'subscriptions.current_term_end', whole_number_var('renewal_grace_days')
        ) }} as grace_ends_on
    from subscriptions
    left join renewals
        on subscriptions.subscription_id = renewals.subscription_id
),

with_ends as (
    select
        with_lapse.*,
        case
            when with_lapse.renewed_on <= with_lapse.grace_ends_on then null
            when with_lapse.renewed_on is not null then with_lapse.lapses_on
            when with_lapse.grace_ends_on <= {{ as_of() }} then with_lapse.lapses_on
        end as lapsed_on,
        -- Closed with its term, and continued by new paper within its grace: no gap.
        case
            when
                with_lapse.renewed_on <= with_lapse.grace_ends_on
                and with_lapse.ended_on >= with_lapse.current_term_end
                then null
            else with_lapse.ended_on
        end as closed_on
    from with_lapse
),

final as (
    select
        with_ends.subscription_id,
        {{ ledger_account('with_ends') }} as account_id, -- noqa: AL09
        with_ends.started_on as life_from,
        with_ends.trial_ends_on,
        nullif(
            least(
                {{ open_end('with_ends.closed_on') }},
                {{ open_end('with_ends.renewed_on') }},
                {{ open_end('with_ends.lapsed_on') }}
            ),
            {{ date_literal('9999-12-31') }}
        ) as life_to,
        -- In grace now: from this day on only the hope of a renewal keeps it in ARR.
        case
            when
                with_ends.lapsed_on is null
                and with_ends.renewed_on is null
                and with_ends.ended_on is null
                and with_ends.lapses_on <= {{ as_of() }}
                then with_ends.lapses_on
        end as in_grace_from
    from with_ends
    -- Read under the parent grain only.
    left join account_identities -- noqa: ST11
        on with_ends.account_id = account_identities.account_id
)

select * from final
