-- One row per account, product and day: the change of its ARR, split into causes that
-- add up to it. Definitions, Movements: seats = p0 x (q1 - q0), the rest is price, or
-- discount expiry where the discount fell; a product that comes or goes is `product`.
-- Seats that leave one tier of a family and seats that arrive in another are a move:
-- `tier`, and `seats` for the difference in number; the product that arrives carries
-- it.
with changes as (
    select * from {{ ref('int_product_changes') }}
),

-- Seats that came or went, at the price before; of a new product, at its own.
with_seats as (
    select
        changes.*,
        cast(changes.arr_after - changes.arr_before as decimal(18, 2)) as arr_change,
        cast(changes.quantity_after - changes.quantity_before as decimal(18, 4))
            as quantity_change,
        changes.quantity_before > 0 and changes.quantity_after > 0 as is_kept,
        case
            when changes.quantity_before = 0 then changes.arr_after
            else {{ prorate(
                'changes.arr_before',
                '(changes.quantity_after - changes.quantity_before)',
                'changes.quantity_before'
            ) }}
        end as seats_change
    from changes
),

-- What of it could be one end of a move: only products with a tier in a family.
move_ends as (
    select
        with_seats.account_id,
        with_seats.changed_on,
        with_seats.product_family,
        greatest(-with_seats.quantity_change, 0) as gone_quantity,
        greatest(with_seats.quantity_change, 0) as come_quantity,
        case
            when with_seats.quantity_change < 0 then -with_seats.seats_change else 0
        end
            as gone_arr,
        case when with_seats.quantity_change > 0 then with_seats.seats_change else 0 end
            as come_arr,
        case when with_seats.quantity_change < 0 then with_seats.tier_rank end
            as gone_rank,
        case when with_seats.quantity_change > 0 then with_seats.tier_rank end
            as come_rank,
        case when with_seats.quantity_change > 0 then with_seats.product_id end
            as carrier_id
    from with_seats
    where
        with_seats.product_family is not null
        and with_seats.tier_rank is not null
        and with_seats.quantity_change <> 0
),

-- A move needs seats that went and seats that came, each in one tier, and not the same.
moves as (
    select
        move_ends.account_id,
        move_ends.changed_on,
        move_ends.product_family,
        sum(move_ends.gone_quantity) as gone_quantity,
        sum(move_ends.gone_arr) as gone_arr,
        sum(move_ends.come_quantity) as come_quantity,
        sum(move_ends.come_arr) as come_arr,
        min(move_ends.carrier_id) as carrier_id
    from move_ends
    group by move_ends.account_id, move_ends.changed_on, move_ends.product_family
    having
        count(distinct move_ends.gone_rank) = 1
        and count(distinct move_ends.come_rank) = 1
        and min(move_ends.gone_rank) <> min(move_ends.come_rank)
),

-- And what the product would cost now at the discount it had before.
with_move as (
    select
        with_seats.*,
        moves.account_id is not null
        and with_seats.tier_rank is not null
        and with_seats.quantity_change <> 0 as is_move,
        coalesce(with_seats.product_id = moves.carrier_id, false) as carries_move,
        {{ prorate(
            'moves.gone_arr',
            '(moves.come_quantity - moves.gone_quantity)',
            'moves.gone_quantity'
        ) }} as move_seats_arr,
        cast(coalesce(moves.come_arr - moves.gone_arr, 0) as decimal(18, 2))
            as move_arr,
        case
            when
                with_seats.is_kept
                and with_seats.list_arr_before > with_seats.arr_before
                and {{ discount_fell() }}
                then cast(
                        with_seats.arr_after
                        - {{ prorate(
                            'with_seats.list_arr_after',
                            'with_seats.arr_before',
                            'with_seats.list_arr_before'
                        ) }}
                        as decimal(18, 2)
                    )
            else 0
        end as expired_discount_arr
    from with_seats
    left join moves
        on
            with_seats.account_id = moves.account_id
            and with_seats.changed_on = moves.changed_on
            and with_seats.product_family = moves.product_family
),

final as (
    select
        with_move.account_id,
        with_move.product_id,
        with_move.product_family,
        with_move.changed_on,
        with_move.arr_change,
        cast(case
            when with_move.carries_move then with_move.move_seats_arr
            when with_move.is_kept and not with_move.is_move then with_move.seats_change
            else 0
        end as decimal(18, 2)) as seats_arr,
        cast(case
            when with_move.is_kept
                then with_move.arr_change
                    - with_move.seats_change
                    - with_move.expired_discount_arr
            else 0
        end as decimal(18, 2)) as price_arr,
        cast(case
            when with_move.is_kept or with_move.is_move then 0
            else with_move.arr_change
        end as decimal(18, 2)) as product_arr,
        cast(case
            when
                with_move.carries_move
                then with_move.move_arr - with_move.move_seats_arr
            else 0
        end as decimal(18, 2)) as tier_arr,
        cast(with_move.expired_discount_arr as decimal(18, 2)) as discount_expiry_arr
    from with_move
)

select * from final
