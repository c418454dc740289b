-- One row per account and day on which its ARR changes: what it was, what it became,
-- what that is called, and why. Always at the reference date's exchange rates. Causes
-- are given for expansion and contraction and add up to delta_arr; a plan swap or one
-- of several subscriptions ending is netted within the account.
with changes as (
    select * from {{ ref('int_account_changes') }}
),

causes as (
    select
        product_causes.account_id,
        product_causes.changed_on,
        sum(product_causes.seats_arr) as seats_arr,
        sum(product_causes.price_arr) as price_arr,
        sum(product_causes.product_arr) as product_arr,
        sum(product_causes.tier_arr) as tier_arr,
        sum(product_causes.discount_expiry_arr) as discount_expiry_arr
    from {{ ref('int_product_causes') }} as product_causes
    group by product_causes.account_id, product_causes.changed_on
),

with_before as (
    select
        changes.*,
        cast(changes.arr_after - changes.arr_change as decimal(18, 2)) as arr_before,
        coalesce(lag(changes.is_paused) over account_history, false) as paused_before,
        coalesce(max(changes.arr_after) over earlier_days, 0) > 0 as had_arr_before,
        max(changes.fell_to_zero_on) over earlier_days as last_fell_to_zero_on
    from changes
    window
        account_history as (
            partition by changes.account_id
            order by changes.changed_on
        ),
        earlier_days as (
            partition by changes.account_id
            order by changes.changed_on
            rows between unbounded preceding and 1 preceding
        )
),

named as (
    select
        with_before.*,
        {{ arr_movement(
            'with_before.arr_before',
            'with_before.arr_after',
            'with_before.had_arr_before',
            'with_before.paused_before',
            'with_before.is_paused',
            days_between('with_before.last_fell_to_zero_on', 'with_before.changed_on')
        ) | indent(8) }} as movement_type
    from with_before
    where with_before.arr_change <> 0
),

final as (
    select
        named.account_id,
        named.changed_on as event_on,
        named.arr_before as opening_arr,
        named.arr_after as closing_arr,
        named.movement_type,
        named.arr_change as delta_arr,
        {%- for cause in arr_causes() %}
        cast(case
            when
                named.movement_type in ('expansion', 'contraction')
                then causes.{{ cause }}
            else 0
        end as decimal(18, 2)) as {{ cause }},
        {%- endfor %}
        named.last_fell_to_zero_on
    from named
    inner join causes
        on
            named.account_id = causes.account_id
            and named.changed_on = causes.changed_on
)

select * from final
