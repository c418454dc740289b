-- One row per reason that was given for churn in the last twelve whole months: whom and
-- what it took, as the bridge has it: an account that signed and left inside one month
-- took nothing, and one that left in two months counts twice. Its reason is of the day
-- on which nothing was left of it; of several contracts that ended then, that of most
-- of their ARR.
with churn_months as (
    select * from {{ ref('arr_monthly') }}
    where
        churned_arr <> 0
        and month >= {{ add_months(closed_month(), -11) }}
        and month <= {{ closed_month() }}
),

events as (
    select * from {{ ref('arr_events') }}
    where closing_arr = 0
),

lines as (
    select * from {{ ref('arr_lines') }}
),

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

churn_days as (
    select
        churn_months.account_id,
        churn_months.month,
        max(events.event_on) as churned_on
    from churn_months
    inner join events
        on
            churn_months.account_id = events.account_id
            and churn_months.month = {{ month_of('events.event_on') }}
    group by churn_months.account_id, churn_months.month
),

given as (
    select
        churn_days.account_id,
        churn_days.month,
        subscriptions.churn_reason,
        sum(lines.arr) as arr
    from churn_days
    inner join lines
        on
            churn_days.account_id = lines.account_id
            and churn_days.churned_on = lines.valid_to
    inner join subscriptions
        on lines.subscription_id = subscriptions.subscription_id
    where subscriptions.churn_reason is not null
    group by churn_days.account_id, churn_days.month, subscriptions.churn_reason
),

ranked as (
    select
        given.*,
        row_number() over (
            partition by given.account_id, given.month
            order by given.arr desc, given.churn_reason asc
        ) as reason_rank
    from given
),

with_reason as (
    select
        churn_months.churned_arr,
        coalesce(ranked.churn_reason, 'not_given') as churn_reason
    from churn_months
    left join ranked
        on
            churn_months.account_id = ranked.account_id
            and churn_months.month = ranked.month
            and ranked.reason_rank = 1
),

summed as (
    select
        with_reason.churn_reason,
        count(*) as churned_accounts,
        sum(with_reason.churned_arr) as churned_arr
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
