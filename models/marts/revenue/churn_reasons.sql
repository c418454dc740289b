-- One row per reason that was given for churn in the last twelve whole months: whom and
-- what it took. An account that ended several contracts that day has the reason of most
-- of their ARR; one that left twice counts twice, as its events do.
with events as (
    select * from {{ ref('arr_events') }}
    where
        movement_type = 'churn'
        and event_on >= {{ add_months(closed_month(), -11) }}
        and event_on < {{ add_months(closed_month(), 1) }}
),

lines as (
    select * from {{ ref('arr_lines') }}
),

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

given as (
    select
        events.account_id,
        events.event_on,
        subscriptions.churn_reason,
        sum(lines.arr) as arr
    from events
    inner join lines
        on
            events.account_id = lines.account_id
            and events.event_on = lines.valid_to
    inner join subscriptions
        on lines.subscription_id = subscriptions.subscription_id
    where subscriptions.churn_reason is not null
    group by events.account_id, events.event_on, subscriptions.churn_reason
),

ranked as (
    select
        given.*,
        row_number() over (
            partition by given.account_id, given.event_on
            order by given.arr desc, given.churn_reason asc
        ) as reason_rank
    from given
),

with_reason as (
    select
        events.delta_arr,
        coalesce(ranked.churn_reason, 'not_given') as churn_reason
    from events
    left join ranked
        on
            events.account_id = ranked.account_id
            and events.event_on = ranked.event_on
            and ranked.reason_rank = 1
),

summed as (
    select
        with_reason.churn_reason,
        count(*) as churned_accounts,
        sum(with_reason.delta_arr) as churned_arr
    from with_reason
    group by with_reason.churn_reason
),

all_churn as (
    select sum(summed.churned_arr) as churned_arr
    from summed
),

final as (
    select
        summed.churn_reason,
        cast(summed.churned_accounts as bigint) as churned_accounts,
        cast(summed.churned_arr as decimal(18, 2)) as churned_arr,
        {{ safe_divide('summed.churned_arr', 'all_churn.churned_arr') }}
            as churned_arr_share
    from summed
    cross join all_churn
)

select * from final
