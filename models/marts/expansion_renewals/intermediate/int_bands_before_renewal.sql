-- One row per account and day on which somebody asks what a renewal will bring: its
-- health band as last taken on or before that day. The only place where health enters;
-- the score itself knows nothing of the calendar.
with questions as (
    select * from {{ ref('int_renewal_questions') }}
),

final as (
    select distinct
        questions.account_id,
        questions.asked_on,
        cast('unscored' as varchar) as health_band
    from questions
)

select * from final
