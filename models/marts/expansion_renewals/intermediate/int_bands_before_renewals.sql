-- One row per account and day on which somebody asks what a renewal will bring: its
-- health band as last taken on or before that day, `unscored` where it had none. The
-- only place where health enters; the score itself knows nothing of the calendar.
with questions as (
    select * from {{ ref('int_renewal_questions') }}
),

scores as (
    select * from {{ ref('health_scores') }}
),

asked as (
    select distinct
        questions.account_id,
        questions.asked_on
    from questions
),

latest as (
    select
        asked.account_id,
        asked.asked_on,
        max(scores.taken_on) as taken_on
    from asked
    inner join scores
        on
            asked.account_id = scores.account_id
            and asked.asked_on >= scores.taken_on
            -- A score is taken every week while there is ARR; an older one says
            -- nothing.
            and {{ add_days('asked.asked_on', -14) }} <= scores.taken_on
    group by asked.account_id, asked.asked_on
),

final as (
    select
        asked.account_id,
        asked.asked_on,
        coalesce(scores.band, 'unscored') as health_band
    from asked
    left join latest
        on
            asked.account_id = latest.account_id
            and asked.asked_on = latest.asked_on
    left join scores
        on
            latest.account_id = scores.account_id
            and latest.taken_on = scores.taken_on
)

select * from final
