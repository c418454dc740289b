-- One row per restated account month and subscription item: what became of the item
-- since the earlier generation; null where it is as it was.
{% set earlier = earlier_generation() -%}
{{ config(pre_hook="{{ attach_earlier_generation() }}") }}

with changed as (
    select * from {{ ref('int_restated_months') }}
),

lines as (
    select * from {{ ref('arr_lines') }}
),

earlier_lines as (
    select
        {{ unless_erased('arr_lines.account_id') }} as account_id,
        arr_lines.subscription_item_id,
        arr_lines.valid_from,
        arr_lines.valid_to,
        arr_lines.arr,
        arr_lines.arr_local,
        arr_lines.in_grace
    from {{ earlier }}{{ ref('arr_lines').include(database=false) }} as arr_lines
    {{ 'where false' if not earlier }}
),

-- Each item's state at each changed month's close, before and now.
items_now as (
    select
        changed.account_id,
        changed.month,
        lines.subscription_item_id,
        lines.arr,
        lines.arr_local
    from changed
    inner join lines
        on
            changed.account_id = lines.account_id
            and changed.closes_on >= lines.valid_from
            and changed.closes_on < {{ open_end('lines.valid_to') }}
),

items_earlier as (
    select
        changed.account_id,
        changed.month,
        earlier_lines.subscription_item_id,
        earlier_lines.arr,
        earlier_lines.arr_local,
        earlier_lines.in_grace
    from changed
    inner join earlier_lines
        on
            changed.account_id = earlier_lines.account_id
            and changed.closes_on >= earlier_lines.valid_from
            and changed.closes_on < {{ open_end('earlier_lines.valid_to') }}
),

current_items as (
    select distinct
        lines.subscription_item_id,
        lines.account_id
    from lines
),

known_items as (
    select distinct
        earlier_lines.subscription_item_id,
        earlier_lines.account_id
    from earlier_lines
),

final as (
    select
        coalesce(items_now.account_id, items_earlier.account_id) as account_id,
        coalesce(items_now.month, items_earlier.month) as month,
        case
            when items_now.subscription_item_id is null
                and current_items.account_id <> items_earlier.account_id
                then 'merged'
            when items_earlier.subscription_item_id is null
                and known_items.account_id <> items_now.account_id
                then 'merged'
            when
                items_now.subscription_item_id is null and items_earlier.in_grace
                then 'lapsed'
            when
                items_now.subscription_item_id is null
                and current_items.account_id is null
                then 'removed'
            when items_now.subscription_item_id is null then 'ended earlier'
            when items_earlier.subscription_item_id is null
                and known_items.account_id is null
                then 'backdated'
            when items_earlier.subscription_item_id is null then 'ended later'
            when items_now.arr_local = items_earlier.arr_local
                and items_now.arr <> items_earlier.arr
                then 'exchange rate'
            when items_now.arr <> items_earlier.arr then 'amended'
        end as reason
    from items_now
    full join items_earlier
        on
            items_now.account_id = items_earlier.account_id
            and items_now.month = items_earlier.month
            and items_now.subscription_item_id = items_earlier.subscription_item_id
    left join current_items
        on items_earlier.subscription_item_id = current_items.subscription_item_id
    left join known_items
        on items_now.subscription_item_id = known_items.subscription_item_id
)

select * from final
