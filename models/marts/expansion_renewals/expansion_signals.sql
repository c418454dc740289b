-- One row per customer, and per account that once showed a signal: how near it is to what
-- it bought, what it does not use, what accounts like it own and it does not, what all of
-- that could bring, and the latest signal to expand with what came of it.
with accounts as (
    select * from {{ ref('accounts') }}
),

seat_weeks as (
    select * from {{ ref('int_seat_weeks') }}
),

signals as (
    select * from {{ ref('int_limit_signals') }}
),

not_owned as (
    select * from {{ ref('int_products_not_owned') }}
),

lines as (
    select * from {{ ref('arr_lines') }}
    where valid_to is null
),

product_features as (
    select * from {{ ref('product_features') }}
),

-- Features are not reported every week: what was used in the last five counts.
recent_weeks as (
    select
        seat_weeks.*,
        max(seat_weeks.features_used) over (
            partition by seat_weeks.account_id
            order by seat_weeks.week
            rows between 4 preceding and current row
        ) as features_used_lately,
        row_number() over (
            partition by seat_weeks.account_id
            order by seat_weeks.week desc
        ) as weeks_ago
    from seat_weeks
),

latest_signals as (
    select
        signals.*,
        row_number() over (
            partition by signals.account_id
            order by signals.signalled_on desc
        ) as signal_number
    from signals
),

account_families as (
    select distinct
        lines.account_id,
        lines.product_family
    from lines
),

features_bought as (
    select
        account_families.account_id,
        sum(product_features.features) as features
    from account_families
    inner join product_features
        on account_families.product_family = product_features.product_family
    group by account_families.account_id
),

whitespace as (
    select
        not_owned.account_id,
        {{ joined_words(
            'not_owned.product_family',
            'not_owned.peer_ownership desc, not_owned.product_family',
            ', '
        ) }} as products_not_owned,
        sum(not_owned.potential_arr) as product_potential_arr
    from not_owned
    group by not_owned.account_id
),

joined as (
    select
        accounts.account_id,
        accounts.touch_tier,
        accounts.csm_id,
        accounts.arr,
        recent_weeks.week as usage_week,
        recent_weeks.seats,
        recent_weeks.seat_utilisation,
        recent_weeks.engagement,
        {{ safe_divide(
            '(features_bought.features - recent_weeks.features_used_lately)',
            'features_bought.features'
        ) }} as adoption_gap,
        whitespace.products_not_owned,
        coalesce(whitespace.product_potential_arr, 0) as product_potential_arr,
        latest_signals.signalled_on,
        latest_signals.expires_on,
        latest_signals.seat_utilisation as signal_seat_utilisation,
        latest_signals.engagement as signal_engagement,
        latest_signals.arr as signal_arr,
        latest_signals.is_prioritised,
        latest_signals.converted_on,
        latest_signals.converted_arr,
        coalesce(
            accounts.is_customer
            and latest_signals.converted_on is null
            and latest_signals.expires_on >= {{ as_of() }}, false
        ) as is_open,
        coalesce(latest_signals.seat_potential_arr, 0) as seat_potential_arr
    from accounts
    left join recent_weeks
        on
            accounts.account_id = recent_weeks.account_id
            and accounts.is_customer
            and recent_weeks.weeks_ago = 1
    left join features_bought
        on accounts.account_id = features_bought.account_id
    left join whitespace
        on accounts.account_id = whitespace.account_id
    left join latest_signals
        on
            accounts.account_id = latest_signals.account_id
            and latest_signals.signal_number = 1
    where accounts.is_customer or latest_signals.account_id is not null
),

{%- set seat_potential = 'case when joined.is_open then joined.seat_potential_arr else 0 end' %}

final as (
    select
        joined.account_id,
        joined.touch_tier,
        joined.csm_id,
        joined.arr,
        joined.usage_week,
        joined.seats,
        joined.seat_utilisation,
        joined.engagement,
        joined.adoption_gap,
        joined.products_not_owned,
        cast({{ seat_potential }} as decimal(18, 2)) as seat_potential_arr,
        cast(joined.product_potential_arr as decimal(18, 2)) as product_potential_arr,
        cast({{ seat_potential }} + joined.product_potential_arr as decimal(18, 2)) as potential_arr,
        joined.is_open as is_signal_open,
        joined.signalled_on,
        joined.expires_on,
        joined.signal_seat_utilisation,
        joined.signal_engagement,
        joined.signal_arr,
        joined.is_prioritised,
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
