-- One row per subscription item and unbroken interval [valid_from, valid_to) in which
-- it is in force. Every ARR figure is a sum of these rows. A pause splits an item's
-- interval in two; a free item has a row with ARR 0.
with intervals as (
    select * from {{ ref('int_item_intervals') }}
),

item_pauses as (
    select * from {{ ref('int_item_pauses') }}
),

-- Where a line can begin: at its own start and after each pause, unless paused then.
line_starts as (
    select
        intervals.subscription_item_id,
        intervals.valid_from
    from intervals
    union distinct
    select
        item_pauses.subscription_item_id,
        item_pauses.valid_to as valid_from
    from item_pauses
    where item_pauses.valid_to is not null
),

-- Where it then ends: at the next pause, else with the item.
lines as (
    select
        line_starts.subscription_item_id,
        line_starts.valid_from,
        min(item_pauses.valid_from) as paused_on
    from line_starts
    left join item_pauses
        on
            line_starts.subscription_item_id = item_pauses.subscription_item_id
            and line_starts.valid_from <= item_pauses.valid_from
    group by line_starts.subscription_item_id, line_starts.valid_from
),

bounded as (
    select
        intervals.*,
        lines.valid_from as line_from,
        nullif(
            least(
                {{ open_end('intervals.valid_to') }}, {{ open_end('lines.paused_on') }}
            ),
            {{ date_literal('9999-12-31') }}
        ) as line_to
    from lines
    inner join intervals
        on lines.subscription_item_id = intervals.subscription_item_id
),

final as (
    select
        bounded.subscription_item_id
        || '|'
        || cast(bounded.line_from as varchar(10)) as arr_line_id,
        bounded.account_id,
        bounded.subscription_id,
        bounded.subscription_item_id,
        bounded.product_id,
        bounded.product_family,
        bounded.tier_rank,
        bounded.is_self_service,
        bounded.line_from as valid_from,
        bounded.line_to as valid_to,
        bounded.quantity,
        {{ prorate('bounded.arr', 1, 'bounded.quantity') }} as unit_arr,
        bounded.arr,
        bounded.list_arr,
        bounded.currency,
        bounded.arr_local,
        bounded.rate,
        bounded.discount_percent,
        bounded.billing_interval,
        bounded.interval_count,
        bounded.change_reason,
        bounded.line_to is null and bounded.in_grace_from is not null as in_grace
    from (
        select
            *,
            {{ convert('arr_local', 'rate') }} as arr,
            {{ convert('list_arr_local', 'rate') }} as list_arr
        from bounded
    ) as bounded
    where bounded.line_from < {{ open_end('bounded.line_to') }}
)

select * from final
