-- One row per customer: the week that gave it its band, the band before, and the last
-- week whose score alone spoke for another, which may be weeks earlier: a band has to
-- hold first (H6). Who left or paused begins anew, without a band before.
with scores as (
    select * from {{ ref('health_scores') }}
),

compared as (
    select
        scores.*,
        lag(scores.band) over account_history as last_band,
        lag(scores.week) over account_history
        = {{ add_days('scores.week', -7) }} as is_without_gap
    from scores
    window account_history as (
        partition by scores.account_id
        order by scores.week
    )
),

starts as (
    select
        compared.account_id,
        compared.week,
        compared.taken_on,
        compared.band,
        case when compared.is_without_gap then compared.last_band end as previous_band,
        row_number() over (
            partition by compared.account_id
            order by compared.week desc
        ) as start_number
    from compared
    where
        compared.last_band is null
        or not compared.is_without_gap
        or compared.last_band <> compared.band
),

customers as (
    select scores.account_id
    from scores
    where scores.is_current
),

final as (
    select
        starts.account_id,
        starts.previous_band,
        starts.week as since_week,
        starts.taken_on as band_since,
        max(scores.week) as before_week
    from starts
    inner join customers
        on starts.account_id = customers.account_id
    -- An equality, though it says a condition: engines join by nothing else at scale.
    left join scores
        on
            case when starts.previous_band is not null then starts.account_id end
            = scores.account_id
            and starts.week > scores.week
            and starts.band <> scores.raw_band
    where starts.start_number = 1
    group by
        starts.account_id, starts.previous_band, starts.week, starts.taken_on
)

select * from final
