-- One row per subscription item and stretch of days on which it would be in force but
-- for a pause, [valid_from, valid_to).
with intervals as (
    select * from {{ ref('int_item_intervals') }}
),

pauses as (
    select * from {{ ref('int_pause_periods') }}
),

final as (
    select
        intervals.subscription_item_id,
        intervals.account_id,
        intervals.arr_local,
        greatest(intervals.valid_from, pauses.paused_on) as valid_from,
        nullif(
            least({{ open_end('intervals.valid_to') }}, pauses.resumed_on),
            {{ date_literal('9999-12-31') }}
        ) as valid_to
    from intervals
    inner join pauses
        on intervals.subscription_id = pauses.subscription_id
    where
        pauses.paused_on < {{ open_end('intervals.valid_to') }}
        and pauses.resumed_on > intervals.valid_from
)

select * from final
