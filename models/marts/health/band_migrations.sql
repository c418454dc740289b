-- One row per window (4 or 13 weeks up to as_of_date) and pair of bands: the accounts
-- that stood in the one when it opened and stand in the other now. Who was no customer
-- then comes from `joined`, who is none now goes to `left`; who stayed has its row too.
-- A window opens with the last weekly score that is 4 or 13 weeks old.
with scores as (
    select * from {{ ref('health_scores') }}
),

windows as (
    select
        4 as window_weeks,
        {{ week_ago(4) }} as first_week
    union all
    select
        13 as window_weeks,
        {{ week_ago(13) }} as first_week
),

ends as (
    select
        windows.window_weeks,
        windows.first_week,
        scores.account_id,
        case when not scores.is_current then scores.band end as from_band,
        case when not scores.is_current then scores.arr end as from_arr,
        case when scores.is_current then scores.band end as to_band,
        case when scores.is_current then scores.arr end as to_arr
    from windows
    inner join scores
        on windows.first_week = scores.week or scores.is_current
    -- A week that is not kept any more would make newcomers of all.
    where {{ is_kept_week('windows.first_week') }}
),

pairs as (
    select
        ends.window_weeks,
        ends.first_week,
        ends.account_id,
        coalesce(max(ends.from_band), 'joined') as from_band,
        coalesce(max(ends.to_band), 'left') as to_band,
        max(ends.from_arr) as from_arr,
        max(ends.to_arr) as to_arr
    from ends
    group by ends.window_weeks, ends.first_week, ends.account_id
),

final as (
    select
        cast(pairs.window_weeks as bigint) as window_weeks,
        {{ add_days('pairs.first_week', 6) }} as compared_with,
        pairs.from_band,
        pairs.to_band,
        cast(count(*) as bigint) as accounts,
        cast(sum(coalesce(pairs.to_arr, pairs.from_arr)) as decimal(18, 2)) as arr
    from pairs
    group by pairs.window_weeks, pairs.first_week, pairs.from_band, pairs.to_band
)

select * from final
