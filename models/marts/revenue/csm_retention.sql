-- One row per CSM, quarter and account in the CSM's book, with what it counts for: the
-- base of a CSM's retention. Rules (DECISIONS A9): the owner on the second-to-last day
-- of the quarter, who has held the account for a month by then; ARR under formal notice
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

months as (
    select * from {{ ref('int_months') }}
),

month_rates as (
    {{ month_rates() }}
),

quarters as (
    select
        cast(date_trunc('quarter', months.month) as date) as quarter,
        min(months.month) as first_month,
        max(months.month) as last_month,
        max(months.closes_on) as closes_on,
        max(case when months.is_partial then 1 else 0 end) = 1
        or count(*) < 3 as is_partial
    from months
    group by cast(date_trunc('quarter', months.month) as date)
),

books as (
    select
        quarters.quarter,
        quarters.last_month,
        quarters.closes_on,
        quarters.is_partial,
        holdings.account_id,
        holdings.csm_id,
        opening_months.closing_arr as opening_arr,
        {{ add_months('holdings.held_since', 1) }}
        <= {{ add_days('quarters.closes_on', -1) }}
            as is_held_a_month,
        holdings.managed_since = holdings.held_since
        and holdings.held_since >= quarters.quarter as is_taken_over_unmanaged
    from quarters
    inner join holdings
        on
            {{ add_days('quarters.closes_on', -1) }} >= holdings.valid_from
            and {{ add_days('quarters.closes_on', -1) }}
            < {{ open_end('holdings.valid_to') }}
    inner join account_months as opening_months
        on
            holdings.account_id = opening_months.account_id
            and opening_months.month = {{ add_months('quarters.first_month', -1) }}
    where opening_months.closing_arr > 0
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
        coalesce(closing_months.closing_arr, 0) as closing_arr,
        cast(coalesce(under_notice.notice_arr, 0) as decimal(18, 2)) as notice_arr,
        cast(
            coalesce(closing_months.closing_arr, 0)
            - coalesce(under_notice.notice_arr, 0) as decimal(18, 2)
        ) as counted_arr,
        case
            when not books.is_held_a_month then 'held less than a month'
            when books.is_taken_over_unmanaged then 'taken over unmanaged'
        end as excluded_because,
        books.is_partial
    from books
    left join account_months as closing_months
        on
            books.account_id = closing_months.account_id
            and books.last_month = closing_months.month
    left join under_notice
        on
            books.quarter = under_notice.quarter
            and books.account_id = under_notice.account_id
)

select * from final
