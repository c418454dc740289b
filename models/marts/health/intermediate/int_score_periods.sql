-- One row per account and period [valid_from, valid_to) in which a weekly score is the
-- latest: from the day on which it was taken to the next one's. The last one of a
-- customer is open. The week of as_of_date may still run (not is_complete).
with scores as (
    select * from {{ ref('health_scores') }}
),

final as (
    select
        scores.account_id,
        scores.taken_on as valid_from,
        case
            when not scores.is_current
                then least(
                    {{ open_end('cast(lead(scores.taken_on) over (
                        partition by scores.account_id
                        order by scores.week
                    ) as date)') }},
                        {{ add_days('scores.taken_on', 7) }}
                    )
        end as valid_to,
        scores.score,
        scores.band,
        {{ add_days('scores.week', 6) }} <= {{ as_of() }} as is_complete
    from scores
)

select * from final
