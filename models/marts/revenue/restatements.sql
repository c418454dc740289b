-- One row per account and closed month whose ARR is another than in the earlier
-- generation that var `restated_against` names: what it was, what it is, and why. Empty
-- when none is named.
with changed as (
    select * from {{ ref('int_restated_months') }}
),

item_reasons as (
    select * from {{ ref('int_restated_items') }}
),

-- An account may have several; the first of these that applies is the main one.
{%- set reasons = [
    'merged',
    'lapsed',
    'removed',
    'ended earlier',
    'ended later',
    'backdated',
    'amended',
    'exchange rate',
] %}

final as (
    select
        changed.account_id,
        changed.month,
        changed.earlier_closing_arr,
        changed.closing_arr,
        cast(changed.closing_arr - changed.earlier_closing_arr as decimal(18, 2))
            as restated_arr,
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
