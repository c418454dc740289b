-- One row per account, product and day: the change of its ARR, split into causes that
-- add up to it. Definitions, Movements: seats = p0 x (q1 - q0), the rest is price, or
-- discount expiry where the discount fell; a product that comes or goes is `product`,
-- unless it takes the place of one of another tier of its family: then `tier` and seats.
with changes as (
    select * from {{ ref('int_product_changes') }}
),

-- What came and what went in each family that day; a move needs both, of other ranks.
swaps as (
    select
        changes.account_id,
        changes.changed_on,
        changes.product_family,
        sum(case when changes.quantity_after = 0 then changes.quantity_before else 0 end)
            as gone_quantity,
        sum(case when changes.quantity_after = 0 then changes.arr_before else 0 end) as gone_arr,
        sum(case when changes.quantity_before = 0 then changes.quantity_after else 0 end)
            as come_quantity,
        sum(case when changes.quantity_before = 0 then changes.arr_after else 0 end) as come_arr,
        min(case when changes.quantity_before = 0 then changes.product_id end) as first_come
    from changes
    where
        changes.product_family is not null
        and (changes.quantity_before = 0) <> (changes.quantity_after = 0)
    group by changes.account_id, changes.changed_on, changes.product_family
    having
        count(distinct case when changes.quantity_after = 0 then changes.tier_rank end) = 1
        and count(distinct case when changes.quantity_before = 0 then changes.tier_rank end) = 1
        and min(case when changes.quantity_after = 0 then changes.tier_rank end)
        <> min(case when changes.quantity_before = 0 then changes.tier_rank end)
),

with_seats as (
    select
        changes.*,
        cast(changes.arr_after - changes.arr_before as decimal(18, 2)) as arr_change,
        swaps.account_id is not null
        and (changes.quantity_before = 0) <> (changes.quantity_after = 0) as is_swap,
        coalesce(changes.product_id = swaps.first_come, false) as carries_swap,
        {{ prorate('swaps.gone_arr', '(swaps.come_quantity - swaps.gone_quantity)', 'swaps.gone_quantity') }}
            as swap_seats_arr,
        cast(swaps.come_arr - swaps.gone_arr as decimal(18, 2)) as swap_arr,
        {{ prorate('changes.arr_before', '(changes.quantity_after - changes.quantity_before)', 'changes.quantity_before') }}
            as same_product_seats_arr
    from changes
    left join swaps
        on
            changes.account_id = swaps.account_id
            and changes.changed_on = swaps.changed_on
            and changes.product_family = swaps.product_family
),

-- What the product would cost now at the discount it had before.
with_discount as (
    select
        with_seats.*,
        case
            when
                with_seats.quantity_before > 0
                and with_seats.quantity_after > 0
                and with_seats.list_arr_before > with_seats.arr_before
                and {{ discount_fell() }}
                then cast(
                    with_seats.arr_after - {{ prorate('with_seats.list_arr_after', 'with_seats.arr_before', 'with_seats.list_arr_before') }}
                    as decimal(18, 2)
                )
            else 0
        end as expired_discount_arr
    from with_seats
),

final as (
    select
        with_discount.account_id,
        with_discount.product_id,
        with_discount.product_family,
        with_discount.changed_on,
        with_discount.arr_change,
        cast(case
            when with_discount.is_swap
                then case when with_discount.carries_swap then with_discount.swap_seats_arr else 0 end
            when with_discount.quantity_before > 0 and with_discount.quantity_after > 0
                then with_discount.same_product_seats_arr
            else 0
        end as decimal(18, 2)) as seats_arr,
        cast(case
            when not with_discount.is_swap
                and with_discount.quantity_before > 0 and with_discount.quantity_after > 0
                then with_discount.arr_change - with_discount.same_product_seats_arr
                    - with_discount.expired_discount_arr
            else 0
        end as decimal(18, 2)) as price_arr,
        cast(case
            when with_discount.is_swap then 0
            when with_discount.quantity_before > 0 and with_discount.quantity_after > 0 then 0
            else with_discount.arr_change
        end as decimal(18, 2)) as product_arr,
        cast(case
            when with_discount.is_swap and with_discount.carries_swap
                then with_discount.swap_arr - with_discount.swap_seats_arr
            else 0
        end as decimal(18, 2)) as tier_arr,
        cast(with_discount.expired_discount_arr as decimal(18, 2)) as discount_expiry_arr
    from with_discount
)

select * from final
