-- One row per account and closed month whose ARR is another than in the earlier
-- generation that var `restated_against` names: what it was, what it is, and why. Empty
-- when none is named.
{% set earlier = earlier_generation() -%}
{{ config(pre_hook=attach_earlier_generation()) }}

with account_months as (
    select * from {{ ref('arr_monthly') }}
),

lines as (
    select * from {{ ref('arr_lines') }}
),

months as (
    select * from {{ ref('int_months') }}
),

earlier_months as (
    select * from {{ earlier }}{{ ref('arr_monthly').include(database=false) }}
    {{ 'where false' if not earlier }}
),

earlier_lines as (
    select * from {{ earlier }}{{ ref('arr_lines').include(database=false) }}
    {{ 'where false' if not earlier }}
),

-- Months that were whole in the earlier generation: those a report has shown.
closed_months as (
    select
        earlier_months.month,
        months.closes_on
    from earlier_months
    inner join months
        on earlier_months.month = months.month
    group by earlier_months.month, months.closes_on
    having max(case when earlier_months.is_partial then 1 else 0 end) = 0
),

changed as (
    select
        closed_months.month,
        closed_months.closes_on,
        keys.account_id,
        coalesce(earlier_months.closing_arr, 0) as earlier_closing_arr,
        coalesce(account_months.closing_arr, 0) as closing_arr
    from closed_months
    cross join (
        select account_id from earlier_months
        union distinct
        select account_id from account_months
    ) as keys
    left join earlier_months
        on
            keys.account_id = earlier_months.account_id
            and closed_months.month = earlier_months.month
    left join account_months
        on
            keys.account_id = account_months.account_id
            and closed_months.month = account_months.month
    where coalesce(earlier_months.closing_arr, 0) <> coalesce(account_months.closing_arr, 0)
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
    select distinct lines.subscription_item_id, lines.account_id from lines
),

known_items as (
    select distinct earlier_lines.subscription_item_id, earlier_lines.account_id
    from earlier_lines
),

item_reasons as (
    select
        coalesce(items_now.account_id, items_earlier.account_id) as account_id,
        coalesce(items_now.month, items_earlier.month) as month,
        case
            when items_now.subscription_item_id is null and current_items.account_id <> items_earlier.account_id
                then 'merged'
            when items_earlier.subscription_item_id is null and known_items.account_id <> items_now.account_id
                then 'merged'
            when items_now.subscription_item_id is null and items_earlier.in_grace then 'lapsed'
            when items_now.subscription_item_id is null and current_items.account_id is null then 'removed'
            when items_now.subscription_item_id is null then 'ended earlier'
            when items_earlier.subscription_item_id is null and known_items.account_id is null
                then 'backdated'
            when items_earlier.subscription_item_id is null then 'ended later'
            when items_now.arr_local = items_earlier.arr_local and items_now.arr <> items_earlier.arr
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
),

{%- set reasons = ['merged', 'lapsed', 'removed', 'ended earlier', 'ended later', 'backdated', 'amended', 'exchange rate'] %}

final as (
    select
        changed.account_id,
        changed.month,
        changed.earlier_closing_arr,
        changed.closing_arr,
        cast(changed.closing_arr - changed.earlier_closing_arr as decimal(18, 2)) as restated_arr,
        coalesce(
            {%- for reason in reasons %}
            max(case when item_reasons.reason = '{{ reason }}' then '{{ reason }}' end),
            {%- endfor %}
            'month-end exchange rate'
        ) as main_reason
    from changed
    left join item_reasons
        on
            changed.account_id = item_reasons.account_id
            and changed.month = item_reasons.month
    group by
        changed.account_id,
        changed.month,
        changed.earlier_closing_arr,
        changed.closing_arr
)

select * from final
