-- One row per customer, and per account that once showed a signal: how near it is to
-- what it bought, what it does not use, what accounts like it own and it does not, what
-- all of that could bring, and the latest signal to expand with what came of it.
{%- set peer_words = "not_owned.product_family || ' ('"
    ~ " || cast(not_owned.peers_who_own as varchar(20)) || ' of '"
    ~ " || cast(not_owned.peers as varchar(20)) || ')'" %}
with accounts as (
    select * from {{ ref('accounts') }}
),

adoption as (
    select * from {{ ref('int_latest_seat_weeks') }}
),

latest_signals as (
    select * from {{ ref('int_latest_signals') }}
),

whitespace as (
    select
        not_owned.account_id,
        {{ joined_words(
            'not_owned.product_family',
            'not_owned.peer_ownership desc, not_owned.product_family',
            ', '
        ) | indent(8) }} as products_not_owned,
        {{ joined_words(
            peer_words,
            'not_owned.peer_ownership desc, not_owned.product_family',
            ', '
        ) | indent(8) }} as products_of_peers,
        sum(not_owned.potential_arr) as product_potential_arr
    from {{ ref('int_missing_products') }} as not_owned
    group by not_owned.account_id
),

joined as (
    select
        accounts.account_id,
        coalesce(accounts.account_name, accounts.account_id) as account_name,
        accounts.touch_tier,
        accounts.csm_id,
        accounts.csm_name,
        accounts.arr,
        adoption.week as usage_week,
        adoption.seats,
        adoption.seat_utilisation,
        adoption.engagement,
        coalesce(adoption.is_near_limit, false) as is_near_limit,
        adoption.adoption_gap,
        coalesce(adoption.seat_potential_arr, 0) as seat_potential_arr,
        whitespace.products_not_owned,
        whitespace.products_of_peers,
        coalesce(whitespace.product_potential_arr, 0) as product_potential_arr,
        latest_signals.signalled_on,
        latest_signals.expires_on,
        latest_signals.seat_utilisation as signal_seat_utilisation,
        latest_signals.engagement as signal_engagement,
        latest_signals.arr as signal_arr,
        latest_signals.touch_tier as signal_touch_tier,
        latest_signals.is_prioritised,
        latest_signals.answered_on,
        latest_signals.followed_up_on,
        latest_signals.converted_on,
        latest_signals.converted_arr,
        coalesce(
            accounts.is_customer
            and latest_signals.converted_on is null
            and latest_signals.followed_up_on is null
            and latest_signals.expires_on >= {{ as_of() }}, false
        ) as is_open
    from accounts
    -- An equality, though it says a condition: engines join by nothing else at scale.
    left join adoption
        on
            case when accounts.is_customer then accounts.account_id end
            = adoption.account_id
    left join whitespace
        on accounts.account_id = whitespace.account_id
    left join latest_signals
        on accounts.account_id = latest_signals.account_id
    where accounts.is_customer or latest_signals.account_id is not null
),

{%- set seat_potential = 'case when joined.is_open'
    ~ ' then joined.seat_potential_arr else 0 end' %}

final as (
    select
        joined.account_id,
        joined.account_name,
        joined.touch_tier,
        joined.csm_id,
        joined.csm_name,
        joined.arr,
        joined.usage_week,
        joined.seats,
        joined.seat_utilisation,
        joined.engagement,
        joined.is_near_limit,
        joined.adoption_gap,
        joined.products_not_owned,
        joined.products_of_peers,
        cast({{ seat_potential }} as decimal(18, 2)) as seat_potential_arr,
        cast(joined.product_potential_arr as decimal(18, 2)) as product_potential_arr,
        cast(
            {{ seat_potential }} + joined.product_potential_arr as decimal(18, 2)
        ) as potential_arr,
        joined.is_open as is_signal_open,
        joined.signalled_on,
        joined.expires_on,
        joined.signal_seat_utilisation,
        joined.signal_engagement,
        joined.signal_arr,
        joined.signal_touch_tier,
        joined.is_prioritised,
        joined.answered_on,
        joined.followed_up_on,
        joined.converted_on,
        joined.converted_arr,
        cast({{ days_between('joined.signalled_on', 'joined.converted_on') }} as bigint)
            as days_to_convert,
        case
            when joined.is_open and joined.is_prioritised then 'high'
            when joined.is_open then 'normal'
            when joined.products_not_owned is not null then 'low'
            else 'none'
        end as priority
    from joined
)

select * from final
