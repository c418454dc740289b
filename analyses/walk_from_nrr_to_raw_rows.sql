-- One row per raw billing row behind one NRR: the figure, the accounts behind it, each
-- account's movements in the window, the lines behind those, the raw row behind each.
-- Every step is a join on a stable key. Narrow it by slice, account or movement; here:
-- the last twelve whole months, as pages have them (DECISIONS N26), slice `all`,
-- accounts that lost ARR.
with retention as (
    select * from {{ ref('retention') }}
    where
        as_of_month = {{ closed_month() }}
        and window_months = 12
        and slice_name = 'all'
),

-- 1. The accounts of the base, what they had and have.
base_accounts as (
    select
        retention.nrr,
        opening.account_id,
        opening.closing_arr as base_arr,
        coalesce(closing.closing_arr, 0) as current_arr
    from retention
    inner join {{ ref('arr_monthly') }} as opening
        on opening.month = {{ add_months('retention.as_of_month', -12) }}
    left join {{ ref('arr_monthly') }} as closing
        on
            opening.account_id = closing.account_id
            and retention.as_of_month = closing.month
    where opening.closing_arr > 0
),

-- 2. The dated changes of each, with their causes.
changes as (
    select
        base_accounts.*,
        {%- for cause in arr_causes() %}
        events.{{ cause }},
        {%- endfor %}
        events.event_on,
        events.movement_type,
        events.delta_arr
    from base_accounts
    inner join {{ ref('arr_events') }} as events
        on base_accounts.account_id = events.account_id
    where
        base_accounts.current_arr < base_accounts.base_arr
        and events.event_on >= {{ add_months(closed_month(), -11) }}
        and events.event_on < {{ add_months(closed_month(), 1) }}
),

-- 3. The lines that started or ended on that day.
change_lines as (
    select
        changes.*,
        lines.subscription_id,
        lines.subscription_item_id,
        case when lines.valid_from = changes.event_on then 'starts' else 'ends' end
            as line_change,
        lines.arr as line_arr
    from changes
    inner join {{ ref('arr_lines') }} as lines
        on
            changes.account_id = lines.account_id
            and (
                changes.event_on = lines.valid_from or changes.event_on = lines.valid_to
            )
),

-- 4. The raw rows: item and subscription as the biller sent them.
final as (
    select
        change_lines.*,
        items.quantity,
        items.unit_price,
        items.discount_percent,
        items.billing_interval,
        items.interval_count,
        items.change_reason,
        subscriptions.ended_on,
        subscriptions.current_term_end,
        subscriptions.churn_reason
    from change_lines
    inner join {{ ref('stg_billing__subscription_items') }} as items
        on change_lines.subscription_item_id = items.subscription_item_id
    inner join {{ ref('stg_billing__subscriptions') }} as subscriptions
        on change_lines.subscription_id = subscriptions.subscription_id
)

-- A printed answer has an order.
select * from final -- noqa: CV13
order by account_id, event_on, subscription_item_id, line_change
