-- One row per customer and observation day, every fourth scored week: the health score
-- and the simpler guesses, each from what was known that day. first_free_on and
-- last_free_on are the days on which the first and the last of its subscriptions may
-- next end; one without a term, or past it, may end any day.
{%- set days_to_observation = 'mod('
    ~ days_between('week', week_of(as_of())) ~ ', 28)' %}
with scores as (
    select * from {{ ref('health_scores') }}
    where {{ days_to_observation }} = 0
),

customer_weeks as (
    select * from {{ ref('int_customer_weeks') }}
),

sentiment_facts as (
    select * from {{ ref('int_sentiment_facts') }}
),

used_weeks as (
    select
        *,
        {{ add_days('week', days_to_observation) }} as observed_in
    from {{ ref('usage_weekly') }}
    where active_days > 0
),

lines as (
    select * from {{ ref('arr_lines') }}
),

terms as (
    select * from {{ ref('int_subscription_terms') }}
),

observation_days as (
    select distinct
        scores.week,
        scores.taken_on
    from scores
),

subscriptions_then as (
    select
        lines.account_id,
        lines.subscription_id,
        observation_days.taken_on,
        min(terms.term_end_date) as term_end_date
    from lines
    inner join observation_days
        on
            lines.valid_from <= observation_days.taken_on
            and {{ open_end('lines.valid_to') }} > observation_days.taken_on
    left join terms
        on
            lines.subscription_id = terms.subscription_id
            and observation_days.taken_on < terms.term_end_date
    where lines.arr > 0
    group by lines.account_id, lines.subscription_id, observation_days.taken_on
),

freedom as (
    select
        subscriptions_then.account_id,
        subscriptions_then.taken_on,
        min(coalesce(subscriptions_then.term_end_date, subscriptions_then.taken_on))
            as first_free_on,
        max(coalesce(subscriptions_then.term_end_date, subscriptions_then.taken_on))
            as last_free_on
    from subscriptions_then
    group by subscriptions_then.account_id, subscriptions_then.taken_on
),

-- By the first observation at which a week's usage was known. The day inside the week
-- matters only where days are sent.
uses as (
    select
        used_weeks.account_id,
        used_weeks.observed_in as week,
        max(used_weeks.last_reported_on) as last_reported_on
    from used_weeks
    group by used_weeks.account_id, used_weeks.observed_in
),

last_uses as (
    select
        uses.account_id,
        uses.week,
        max(uses.last_reported_on) over account_history as last_reported_on,
        lead(uses.week) over (
            partition by uses.account_id
            order by uses.week
        ) as next_week
    from uses
    window account_history as (
        partition by uses.account_id
        order by uses.week
        rows between unbounded preceding and current row
    )
),

-- Who has no subscription in force by today's ledger had left already (a term that
-- lapsed).
final as (
    select
        scores.account_id,
        scores.week,
        scores.taken_on as observed_on,
        scores.touch_tier,
        scores.score,
        scores.band,
        freedom.first_free_on,
        freedom.last_free_on,
        customer_weeks.first_arr_on,
        case
            when last_uses.account_id is not null
                then least(last_uses.last_reported_on, scores.taken_on)
        end as last_used_on,
        cast(sentiment_facts.csm_sentiment as bigint) as csm_sentiment
    from scores
    inner join freedom
        on
            scores.account_id = freedom.account_id
            and scores.taken_on = freedom.taken_on
    inner join customer_weeks
        on
            scores.account_id = customer_weeks.account_id
            and scores.week = customer_weeks.week
    left join last_uses
        on
            scores.account_id = last_uses.account_id
            and scores.week >= last_uses.week
            and scores.week < {{ open_end('last_uses.next_week') }}
    left join sentiment_facts
        on
            scores.account_id = sentiment_facts.account_id
            and scores.week = sentiment_facts.week
)

select * from final
