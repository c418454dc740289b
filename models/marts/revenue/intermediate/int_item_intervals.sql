-- One row per recurring subscription item with a day in force before as_of_date ends:
-- the interval [valid_from, valid_to) that the contract gives it, pauses not yet taken
-- out, and its ARR. An item whose interval is empty is not here.
with items as (
    select * from {{ ref('stg_billing__subscription_items') }}
),

lives as (
    select * from {{ ref('int_subscription_lives') }}
),

products as (
    select * from {{ ref('stg_billing__products') }}
),

reference_rates as (
    select * from {{ ref('int_exchange_rates') }}
    where month is null
),

recurring as (
    select
        items.subscription_item_id,
        items.subscription_id,
        lives.account_id,
        items.product_id,
        products.product_family,
        products.tier_rank,
        coalesce(products.is_self_service, false) as is_self_service,
        items.quantity,
        items.unit_price,
        items.discount_percent,
        items.billing_interval,
        items.interval_count,
        items.change_reason,
        coalesce(items.currency, '{{ currency_var("reporting_currency") }}')
            as currency,
        greatest(
            coalesce(items.valid_from, lives.life_from),
            lives.life_from,
            coalesce(lives.trial_ends_on, lives.life_from)
        ) as valid_from,
        nullif(
            least({{ open_end('items.valid_to') }}, {{ open_end('lives.life_to') }}),
            {{ date_literal('9999-12-31') }}
        ) as valid_to,
        lives.in_grace_from,
        {{ item_arr('items') }} as arr_local,
        {{ item_arr('items', with_discount=false) }} as list_arr_local
    from items
    inner join lives
        on items.subscription_id = lives.subscription_id
    left join products
        on items.product_id = products.product_id
    where items.charge_type = 'recurring'
),

final as (
    select
        recurring.*,
        case
            when recurring.currency = '{{ currency_var("reporting_currency") }}'
                then cast(1 as decimal(20, 12))
            else reference_rates.rate
        end as rate
    from recurring
    left join reference_rates
        on recurring.currency = reference_rates.currency
    where
        recurring.valid_from < {{ open_end('recurring.valid_to') }}
        and recurring.valid_from <= {{ as_of() }}
)

select * from final
