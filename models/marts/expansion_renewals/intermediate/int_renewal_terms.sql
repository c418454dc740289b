-- One row per subscription and term end: those that have passed and the next one. The
-- biller shows one term only; the others lie whole terms before it, back to the start
-- (DECISIONS E1).
with subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

numbers as (
    {{ whole_numbers(3) | indent(4) }}
),

shown_terms as (
    select
        subscriptions.subscription_id,
        subscriptions.started_on,
        -- A trial may have been over before the paying subscription began.
        case
            when subscriptions.trial_ends_on > subscriptions.started_on
                then subscriptions.trial_ends_on
            else subscriptions.started_on
        end as began_on,
        subscriptions.ended_on,
        subscriptions.cancel_requested_on,
        subscriptions.notice_days,
        coalesce(subscriptions.auto_renews, true) as auto_renews,
        subscriptions.current_term_end,
        {{ term_months(
            'subscriptions.current_term_start', 'subscriptions.current_term_end'
        ) | indent(8) }} as term_months
    from subscriptions
    where
        subscriptions.current_term_end is not null
        and {{ is_renewal_term(
            'subscriptions.current_term_start', 'subscriptions.current_term_end'
        ) | indent(8) }}
),

countable as (
    select
        shown_terms.*,
        cast(floor(
            {{ months_between(month_of('began_on'), month_of('current_term_end')) }}
            / shown_terms.term_months
        ) as integer) as terms_before
    from shown_terms
),

term_ends as (
    select
        countable.*,
        {{ term_end_after(
            'countable.began_on',
            'countable.current_term_end',
            '(numbers.number - countable.terms_before) * countable.term_months'
        ) | indent(8) }} as contracted_end_date
    from countable
    inner join numbers
        on countable.terms_before >= numbers.number
),

with_start as (
    select
        term_ends.*,
        coalesce(lag(term_ends.contracted_end_date) over (
            partition by term_ends.subscription_id
            order by term_ends.contracted_end_date
        ), term_ends.started_on) as term_start_date
    from term_ends
    where term_ends.contracted_end_date > term_ends.began_on
),

final as (
    select
        with_start.subscription_id,
        with_start.started_on,
        with_start.term_start_date,
        with_start.contracted_end_date,
        with_start.term_months,
        with_start.notice_days,
        with_start.auto_renews,
        not with_start.auto_renews
        and with_start.contracted_end_date >= with_start.current_term_end as may_lapse,
        with_start.ended_on,
        -- What was asked for after the term was over is about the next one.
        case
            when with_start.cancel_requested_on < with_start.contracted_end_date
                then with_start.cancel_requested_on
            when
                not with_start.auto_renews
                and with_start.contracted_end_date >= with_start.current_term_end
                and with_start.cancel_requested_on
                < {{ add_days(
                    'with_start.contracted_end_date',
                    whole_number_var('renewal_grace_days')
                ) | indent(16) }}
                then with_start.cancel_requested_on
        end as cancel_requested_on
    from with_start
    where with_start.term_start_date <= {{ as_of() }}
)

select * from final
