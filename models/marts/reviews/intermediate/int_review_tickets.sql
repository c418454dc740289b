-- One row per account that ever wrote to support: its tickets in the two periods of a
-- review, how fast they were answered and solved, and what is open on as_of_date.
with periods as (
    select * from {{ ref('int_review_periods') }}
),

tickets as (
    select * from {{ ref('stg_support__tickets') }}
),

dated as (
    select
        tickets.*,
        opened.period as opened_in,
        solved.period as solved_in,
        -- An answer from before the ticket was brought along from elsewhere.
        case
            when tickets.first_responded_at >= tickets.created_at
                then {{ seconds_between(
                    'tickets.created_at', 'tickets.first_responded_at'
                ) }}
        end as seconds_to_answer,
        {{ seconds_between('tickets.created_at', 'tickets.solved_at') }}
            as seconds_to_solve
    from tickets
    left join periods as opened
        on
            tickets.created_on >= opened.valid_from
            and tickets.created_on < opened.valid_to
    left join periods as solved
        on
            tickets.solved_on >= solved.valid_from
            and tickets.solved_on < solved.valid_to
),

final as (
    select
        dated.account_id,
        count(case when dated.opened_in = 'now' then 1 end) as opened,
        count(case when dated.opened_in = 'before' then 1 end) as opened_before,
        count(case when dated.opened_in = 'now' and dated.is_escalated then 1 end)
            as escalated,
        count(case when dated.solved_in = 'now' then 1 end) as solved,
        count(case when dated.solved_on is null then 1 end) as still_open,
        {{ safe_divide(
            "sum(case when dated.opened_in = 'now' then dated.seconds_to_answer end)",
            "(count(case when dated.opened_in = 'now' then dated.seconds_to_answer end)"
            ~ " * 3600)"
        ) }} as first_answer_hours,
        {{ safe_divide(
            "sum(case when dated.solved_in = 'now' then dated.seconds_to_solve end)",
            "(count(case when dated.solved_in = 'now' then 1 end) * 3600)"
        ) }} as resolution_hours,
        {{ safe_divide(
            "sum(case when dated.solved_in = 'now' then dated.seconds_to_solve end)",
            "(count(case when dated.solved_in = 'now' then 1 end) * 86400)"
        ) }} as resolution_days,
        {{ exact_divide(
            "sum(case when dated.solved_in = 'now' then dated.satisfaction_score end)",
            "count(case when dated.solved_in = 'now' then dated.satisfaction_score end)"
        ) }} as satisfaction
    from dated
    group by dated.account_id
)

select * from final
