-- One row per account and month with ARR at its close: the health band that was known
-- on that day, the last one taken in the week up to it. The only place where health
-- enters this mart's hours; an account without a score is `unscored`.
with account_months as (
    select * from {{ ref('arr_monthly') }}
    where closing_arr > 0
),

months as (
    select * from {{ ref('int_capacity_months') }}
),

scores as (
    select * from {{ ref('health_scores') }}
),

-- The week that holds as_of_date may have two scores up to it: Sunday's and its own.
ranked_scores as (
    select
        scores.account_id,
        months.month,
        scores.band,
        row_number() over (
            partition by scores.account_id, months.month
            order by scores.taken_on desc, scores.week desc
        ) as place
    from scores
    inner join months
        on
            scores.taken_on <= months.closes_on
            and scores.taken_on > {{ add_days('months.closes_on', -7) }}
),

final as (
    select
        account_months.account_id,
        account_months.month,
        coalesce(ranked_scores.band, 'unscored') as health_band
    from account_months
    left join ranked_scores
        on
            account_months.account_id = ranked_scores.account_id
            and account_months.month = ranked_scores.month
            and ranked_scores.place = 1
)

select * from final
