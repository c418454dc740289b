-- One row per ARR line with the days on which it was believed to be in force: a term
-- that lapsed was still counted while its grace ran, and a past week's score must not
-- know better (DECISIONS A1). What a new row renewed on the day on which the term ended
-- did not lapse, and an item that was to end that day has no grace. One that the biller
-- closed was over from that day, even if new paper came within its grace.
{%- set grace_days = whole_number_var('renewal_grace_days') %}
{%- set grace_end = add_days('lines.valid_to', grace_days) %}
with lines as (
    select * from {{ ref('arr_lines') }}
),

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

products as (
    select * from {{ ref('stg_billing__products') }}
),

renewals as (
    select distinct
        subscriptions.renewed_from_subscription_id as subscription_id,
        subscriptions.started_on
    from subscriptions
    where
        subscriptions.renewed_from_subscription_id <> subscriptions.subscription_id
),

items as (
    select * from {{ ref('stg_billing__subscription_items') }}
),

final as (
    select
        lines.account_id,
        lines.product_family,
        lines.is_self_service,
        coalesce(products.unit, 'seat') = 'seat' as is_seat,
        lines.quantity,
        lines.arr,
        lines.valid_from,
        case
            when
                not subscriptions.auto_renews
                and lines.valid_to = subscriptions.current_term_end
                and {{ open_end('subscriptions.ended_on') }} > lines.valid_to
                and renewals.subscription_id is null
                and items.subscription_item_id is null
                then least({{ grace_end }}, {{ open_end('subscriptions.ended_on') }})
            else
                least(
                    {{ open_end('lines.valid_to') }},
                    {{ open_end('subscriptions.ended_on') }}
                )
        end as known_to
    from lines
    left join subscriptions
        on lines.subscription_id = subscriptions.subscription_id
    left join renewals
        on
            lines.subscription_id = renewals.subscription_id
            and lines.valid_to = renewals.started_on
    left join items
        on
            lines.subscription_item_id = items.subscription_item_id
            and lines.valid_to = items.valid_to
    left join products
        on lines.product_id = products.product_id
)

select * from final
