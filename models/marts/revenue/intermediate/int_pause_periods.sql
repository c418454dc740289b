-- One row per subscription and unbroken stretch of days on which it is paused,
-- [paused_on, resumed_on): pauses that touch or overlap are one.
with pauses as (
    select
        subscription_id,
        paused_on,
        {{ open_end('resumed_on') }} as resumed_on
    from {{ ref('stg_billing__pauses') }}
    where paused_on < {{ open_end('resumed_on') }}
),

with_reach as (
    select
        pauses.*,
        max(pauses.resumed_on) over (
            partition by pauses.subscription_id
            order by pauses.paused_on, pauses.resumed_on
            rows between unbounded preceding and 1 preceding
        ) as paused_until
    from pauses
),

with_stretch as (
    select
        with_reach.*,
        sum(
            case when with_reach.paused_on <= with_reach.paused_until then 0 else 1 end
        ) over (
            partition by with_reach.subscription_id
            order by with_reach.paused_on, with_reach.resumed_on
            rows between unbounded preceding and current row
        ) as stretch
    from with_reach
),

final as (
    select
        with_stretch.subscription_id,
        min(with_stretch.paused_on) as paused_on,
        max(with_stretch.resumed_on) as resumed_on
    from with_stretch
    group by with_stretch.subscription_id, with_stretch.stretch
)

select * from final
