-- One row per term end and day on which somebody asks what it will bring: 90 and 30
-- days before it, on each forecast day of the year before it, on the end itself where
-- it was in grace from then on, and on as_of_date while it is open. Only what was known
-- that day may be used for an answer; what came of it stands beside, once it is
-- settled, for those who check answers.
{%- set lead_days = days_between(
    'with_term.asked_on', 'with_term.contracted_end_date'
) %}
with terms as (
    select * from {{ ref('int_term_outcomes') }}
),

forecast_days as (
    select * from {{ ref('int_forecast_days') }}
),

lines as (
    select * from {{ ref('arr_lines') }}
),

account_tiers as (
    select * from {{ ref('int_account_tiers') }}
),

asked as (
    {%- for days in [90, 30] %}
    select
        terms.subscription_id,
        terms.contracted_end_date,
        {{ add_days('terms.contracted_end_date', -days) }} as asked_on
    from terms
    union distinct
    {%- endfor %}
    select
        terms.subscription_id,
        terms.contracted_end_date,
        terms.contracted_end_date as asked_on
    from terms
    where terms.contracted_end_date < terms.settled_on
    union distinct
    select
        terms.subscription_id,
        terms.contracted_end_date,
        forecast_days.forecast_on as asked_on
    from terms
    inner join forecast_days
        on
            terms.term_start_date <= forecast_days.forecast_on
            and terms.contracted_end_date > forecast_days.forecast_on
            and terms.contracted_end_date
            <= {{ add_months('forecast_days.forecast_on', 12) }}
    union distinct
    select
        terms.subscription_id,
        terms.contracted_end_date,
        {{ as_of() }} as asked_on
    from terms
    where terms.status in ('upcoming', 'in_grace')
),

with_term as (
    select
        asked.asked_on,
        -- What lapsed has no ARR on its end any more: its last day counts.
        case
            when terms.settled_on is not null
                and asked.asked_on = terms.contracted_end_date
                then {{ add_days('asked.asked_on', -1) }}
            else asked.asked_on
        end as held_on,
        terms.*
    from asked
    inner join terms
        on
            asked.subscription_id = terms.subscription_id
            and asked.contracted_end_date = terms.contracted_end_date
    where
        asked.asked_on <= {{ as_of() }}
        and asked.asked_on >= terms.started_on
),

with_arr as (
    select
        with_term.subscription_id,
        with_term.contracted_end_date,
        with_term.asked_on,
        cast(sum(lines.arr) as decimal(18, 2)) as arr
    from with_term
    inner join lines
        on
            with_term.subscription_id = lines.subscription_id
            and with_term.held_on >= lines.valid_from
            and with_term.held_on < {{ open_end('lines.valid_to') }}
    group by
        with_term.subscription_id,
        with_term.contracted_end_date,
        with_term.asked_on
    having sum(lines.arr) > 0
),

final as (
    select
        with_term.subscription_id,
        with_term.contracted_end_date,
        with_term.asked_on,
        with_term.account_id,
        with_term.term_end_date,
        with_term.status,
        cast(
            {{ lead_days }} as bigint
        ) as lead_days,
        -- Which past cases compare: late in a term most cancellations are known, and
        -- who lets it end without renewing is another case than who has time left.
        case
            when {{ lead_days }} > 60 then 90
            when {{ lead_days }} > 0 then 30
            else 0
        end as compared_at_days,
        -- A term of one month is asked about 90 days before its end, too: others end
        -- first.
        with_term.term_start_date <= with_term.asked_on as has_begun,
        account_tiers.touch_tier,
        coalesce(with_term.cancel_requested_on <= with_term.asked_on, false)
            as is_cancelled,
        coalesce(with_arr.arr, 0) as arr,
        with_term.settled_on,
        -- least() of a null is no null everywhere.
        case
            when with_term.arr_renewed < with_arr.arr then with_term.arr_renewed
            when with_term.arr_renewed is not null then with_arr.arr
        end as kept_arr,
        with_term.arr_renewed as net_kept_arr
    from with_term
    left join with_arr
        on
            with_term.subscription_id = with_arr.subscription_id
            and with_term.contracted_end_date = with_arr.contracted_end_date
            and with_term.asked_on = with_arr.asked_on
    left join account_tiers
        on
            with_term.account_id = account_tiers.account_id
            and with_term.held_on >= account_tiers.valid_from
            and with_term.held_on < {{ open_end('account_tiers.valid_to') }}
    -- A term in grace is open even where it was paused, or emptied, since it ended.
    where
        with_arr.arr is not null
        or (with_term.status = 'in_grace' and with_term.asked_on = {{ as_of() }})
)

select * from final
