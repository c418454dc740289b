-- One row per account of the twelve-month cohort and cause that moved its ARR in the
-- window; the causes of an account add up to its change, point to point. What is left
-- of an account's change after its dated events is the exchange rates' doing: they move
-- monthly figures under the policy `historical`, and events never.
with windows as (
    select * from {{ ref('int_retention_windows') }}
    where
        window_months = 12
        and product_family is null
        and as_of_from <= {{ closed_month() }}
        and as_of_to > {{ closed_month() }}
),

events as (
    select
        arr_events.*,
        arr_events.movement_type in ('expansion', 'contraction') as has_causes
    from {{ ref('arr_events') }} as arr_events
    where
        arr_events.event_on >= {{ add_months(closed_month(), -11) }}
        and arr_events.event_on < {{ add_months(closed_month(), 1) }}
),

event_causes as (
    {%- for cause in arr_causes() %}
    select
        events.account_id,
        '{{ cause | replace("_arr", "") }}' as cause,
        events.{{ cause }} as arr
    from events
    where events.has_causes
    union all
    {%- endfor %}
    select
        events.account_id,
        events.movement_type as cause,
        events.delta_arr as arr
    from events
    where not events.has_causes
),

known as (
    select
        windows.account_id,
        event_causes.cause,
        sum(event_causes.arr) as arr
    from windows
    inner join event_causes
        on windows.account_id = event_causes.account_id
    group by windows.account_id, event_causes.cause
),

explained as (
    select
        known.account_id,
        sum(known.arr) as arr
    from known
    group by known.account_id
),

rest as (
    select
        windows.account_id,
        'exchange_rates' as cause,
        windows.current_arr - windows.base_arr - coalesce(explained.arr, 0) as arr
    from windows
    left join explained
        on windows.account_id = explained.account_id
),

final as (
    select * from known
    where arr <> 0
    union all
    select * from rest
    where arr <> 0
)

select * from final
