-- One row per CSM, quarter and account in the CSM's book, with what it counts for: the
-- base of a CSM's retention. Rules (DECISIONS A9): the owner on the second-to-last day
-- of the quarter, who has held the account for a month by then, or, of an account that
-- left and that nobody owns then, on its last day with ARR; ARR under formal notice
-- counts as gone; an account taken over from nobody is left out in its first quarter.
with account_months as (
    select * from {{ ref('arr_monthly') }}
),

holdings as (
    select * from {{ ref('int_account_holdings') }}
),

lines as (
    select * from {{ ref('arr_lines') }}
),

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

quarters as (
    select * from {{ ref('int_quarters') }}
),

month_rates as (
    {{ month_rates() }}
),

departures as (
    select
        events.account_id,
        {{ quarter_of('events.event_on') }} as quarter,
        max(events.event_on) as left_on
    from {{ ref('arr_events') }} as events
    where events.closing_arr = 0
    group by events.account_id, {{ quarter_of('events.event_on') }}
),

opened as (
    select
        quarters.*,
        opening_months.account_id,
        opening_months.closing_arr as opening_arr,
        coalesce(closing_months.closing_arr, 0) as closing_arr,
        {{ add_days('quarters.closes_on', -1) }} as owned_on,
        case
            when coalesce(closing_months.closing_arr, 0) = 0
                then {{ add_days('departures.left_on', -1) }}
        end as last_day
    from quarters
    inner join account_months as opening_months
        on quarters.month_before = opening_months.month
    left join account_months as closing_months
        on
            opening_months.account_id = closing_months.account_id
            and quarters.last_month = closing_months.month
    left join departures
        on
            opening_months.account_id = departures.account_id
            and quarters.quarter = departures.quarter
    where opening_months.closing_arr > 0
),

owners as (
    select
        opened.*,
        holdings.csm_id,
        holdings.held_since,
        holdings.managed_since = holdings.held_since
        and holdings.held_since >= opened.quarter as is_taken_over_unmanaged,
        case
            when opened.owned_on < {{ open_end('holdings.valid_to') }}
                then opened.owned_on
            else opened.last_day
        end as judged_on,
        row_number() over (
            partition by opened.quarter, opened.account_id
            order by holdings.valid_from desc
        ) as owner_rank
    from opened
    inner join holdings
        on opened.account_id = holdings.account_id
    where
        (
            opened.owned_on >= holdings.valid_from
            and opened.owned_on < {{ open_end('holdings.valid_to') }}
        )
        or (
            opened.last_day >= holdings.valid_from
            and opened.last_day < {{ open_end('holdings.valid_to') }}
        )
),

books as (
    select * from owners
    where owner_rank = 1
),

-- Valued as the month is.
under_notice as (
    select
        books.quarter,
        books.account_id,
        sum(
            coalesce({{ convert('lines.arr_local', 'month_rates.rate') }}, lines.arr)
        ) as notice_arr
    from books
    inner join lines
        on
            books.account_id = lines.account_id
            and books.closes_on >= lines.valid_from
            and {{ open_end('lines.valid_to') }} > books.closes_on
    inner join subscriptions
        on lines.subscription_id = subscriptions.subscription_id
    left join month_rates
        on
            lines.currency = month_rates.currency
            and books.last_month = month_rates.month
    where subscriptions.cancel_requested_on <= books.closes_on
    group by books.quarter, books.account_id
),

final as (
    select
        books.csm_id,
        books.quarter,
        books.account_id,
        books.opening_arr,
        books.closing_arr,
        cast(coalesce(under_notice.notice_arr, 0) as decimal(18, 2)) as notice_arr,
        cast(
            books.closing_arr - coalesce(under_notice.notice_arr, 0) as decimal(18, 2)
        ) as counted_arr,
        case
            when {{ add_months('books.held_since', 1) }} > books.judged_on
                then 'held less than a month'
            when books.is_taken_over_unmanaged then 'taken over unmanaged'
        end as excluded_because,
        books.is_partial
    from books
    left join under_notice
        on
            books.quarter = under_notice.quarter
            and books.account_id = under_notice.account_id
)

select * from final
