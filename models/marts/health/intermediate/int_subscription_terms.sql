-- One row per subscription and term end: when the term ends, until when notice can be
-- given, and until when its end is at issue, [.., settled_on).
-- The biller keeps the current term only: earlier ones are taken to have been as long;
-- one without a length as a year. What rolls on in terms under renewal_term_months_min
-- has none that calls for anybody: it is always about to end.
with subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

lines as (
    select * from {{ ref('arr_lines') }}
),

numbers as (
    {{ whole_numbers(2) | indent(4) }}
),

lives as (
    select
        lines.subscription_id,
        lines.account_id,
        min(lines.valid_from) as life_from,
        nullif(max({{ open_end('lines.valid_to') }}), {{ date_literal('9999-12-31') }})
            as life_to
    from lines
    where lines.arr > 0
    group by lines.subscription_id, lines.account_id
),

current_terms as (
    select
        lives.subscription_id,
        lives.account_id,
        lives.life_from,
        lives.life_to,
        subscriptions.current_term_end,
        subscriptions.auto_renews,
        subscriptions.notice_days,
        subscriptions.cancel_requested_on,
        case
            when subscriptions.current_term_start < subscriptions.current_term_end
                then subscriptions.current_term_start
            else {{ add_months('subscriptions.current_term_end', -12) }}
        end as current_term_start,
        {{ term_months(
            'subscriptions.current_term_start', 'subscriptions.current_term_end'
        ) | indent(8) }} as term_months
    from lives
    inner join subscriptions
        on lives.subscription_id = subscriptions.subscription_id
    where
        subscriptions.current_term_end is not null
        and {{ is_renewal_term(
            'subscriptions.current_term_start', 'subscriptions.current_term_end'
        ) | indent(8) }}
),

term_ends as (
    select
        current_terms.*,
        current_terms.current_term_end as term_end_date,
        true as is_current
    from current_terms
    union all
    select
        current_terms.*,
        {{ add_months(
            'current_terms.current_term_start', '-numbers.number * current_terms.term_months'
        ) }} as term_end_date,
        false as is_current
    from current_terms
    cross join numbers
),

final as (
    select
        term_ends.subscription_id,
        term_ends.account_id,
        term_ends.life_from,
        term_ends.life_to,
        term_ends.term_end_date,
        {{ add_days(
            'term_ends.term_end_date',
            '-coalesce(term_ends.notice_days, ' ~ whole_number_var('default_notice_days') ~ ')'
        ) }} as notice_date,
        term_ends.notice_days is null as is_notice_assumed,
        term_ends.cancel_requested_on,
        coalesce(term_ends.auto_renews, true) as renews_by_itself,
        -- What renews by itself is settled on the day; else when it is renewed or
        -- lapses.
        case
            when term_ends.is_current and not coalesce(term_ends.auto_renews, true)
                then term_ends.life_to
            else least(term_ends.term_end_date, {{ open_end('term_ends.life_to') }})
        end as settled_on
    from term_ends
    where term_ends.is_current or term_ends.term_end_date > term_ends.life_from
)

select * from final
