-- One row per subscription that had ARR twelve months before the last whole month's
-- close: what it had then and at that close, each at its month's rates under the
-- currency policy, as account levels are. A row that renews another is the same
-- subscription.
with lines as (
    select * from {{ ref('arr_lines') }}
),

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

renewal_links as (
    select
        subscriptions.subscription_id as id,
        coalesce(earlier.subscription_id, subscriptions.subscription_id) as next_id
    from subscriptions
    left join subscriptions as earlier
        on subscriptions.renewed_from_subscription_id = earlier.subscription_id
),

-- Who renews by a new row each month makes a dozen of them a year.
{{ follow_links('renewal_links', rounds=8) }},

month_rates as (
    {{ month_rates() }}
),

edges as (
    select
        {{ add_months(closed_month(), -12) }} as month,
        {{ add_days(add_months(closed_month(), -11), -1) }} as closes_on,
        1 as is_opening
    union all
    select
        {{ closed_month() }} as month,
        {{ add_days(add_months(closed_month(), 1), -1) }} as closes_on,
        0 as is_opening
),

held as (
    select
        coalesce(renewal_links_followed.end_id, lines.subscription_id)
            as subscription_id,
        edges.is_opening,
        coalesce({{ convert('lines.arr_local', 'month_rates.rate') }}, lines.arr) as arr
    from lines
    inner join edges
        on
            lines.valid_from <= edges.closes_on
            and {{ open_end('lines.valid_to') }} > edges.closes_on
    left join renewal_links_followed
        on lines.subscription_id = renewal_links_followed.id
    left join month_rates
        on
            lines.currency = month_rates.currency
            and edges.month = month_rates.month
),

summed as (
    select
        held.subscription_id,
        sum(case when held.is_opening = 1 then held.arr else 0 end) as opening_arr,
        sum(case when held.is_opening = 0 then held.arr else 0 end) as closing_arr
    from held
    group by held.subscription_id
),

final as (
    select
        summed.subscription_id,
        cast(summed.opening_arr as decimal(18, 2)) as opening_arr,
        cast(summed.closing_arr as decimal(18, 2)) as closing_arr
    from summed
    where summed.opening_arr > 0
)

select * from final
