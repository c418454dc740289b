-- One row per customer-facing account and scored week with a ticket that was open, or
-- solved within half a year: what the help desk knew that Sunday night. An account that
-- does not write has no row: silence is no praise.
with weeks as (
    select
        *,
        {{ business_midnight(add_days('taken_on', 1)) }} as ends_at
    from {{ ref('int_health_weeks') }}
    where is_scored
),

-- Once a ticket, not once each of its weeks.
tickets as (
    select
        *,
        {{ open_end(add_days('solved_on', 180)) }} as known_until,
        {{ seconds_between('created_at', 'solved_at') }} as seconds_to_solve
    from {{ ref('stg_support__tickets') }}
),

responses as (
    select * from {{ ref('stg_survey__responses') }}
    where survey_type = 'csat'
),

ticket_weeks as (
    select
        tickets.account_id,
        weeks.week,
        tickets.priority,
        tickets.is_escalated,
        tickets.satisfaction_score,
        tickets.solved_on,
        {{ open_end('tickets.solved_on') }} > weeks.taken_on as is_open,
        tickets.created_on > {{ add_days('weeks.taken_on', -90) }} as is_recent,
        tickets.solved_on <= weeks.taken_on
        and tickets.solved_on > {{ add_days('weeks.taken_on', -90) }}
            as is_solved_lately,
        {{ seconds_between('tickets.created_at', 'weeks.ends_at') }} as seconds_open,
        tickets.seconds_to_solve
    from tickets
    inner join weeks
        on
            tickets.created_on <= weeks.taken_on
            and tickets.known_until > weeks.taken_on
),

ticket_facts as (
    select
        ticket_weeks.account_id,
        ticket_weeks.week,
        count(case when ticket_weeks.is_open then 1 end) as open_tickets,
        count(
            case when ticket_weeks.is_escalated and ticket_weeks.is_recent then 1 end
        )
            as escalated_tickets,
        coalesce(max(case
            when ticket_weeks.is_open and ticket_weeks.priority = 'critical'
                then ticket_weeks.seconds_open
        end), 0) as critical_seconds,
        cast(sum(
            case
                when ticket_weeks.is_solved_lately then ticket_weeks.seconds_to_solve
            end
        ) as bigint) as seconds_to_solve,
        count(case when ticket_weeks.is_solved_lately then 1 end)
            as solved_tickets,
        max(case when not ticket_weeks.is_open then ticket_weeks.solved_on end)
            as last_solved_on,
        sum(case when not ticket_weeks.is_open then ticket_weeks.satisfaction_score end)
            as ratings_sum,
        count(
            case when not ticket_weeks.is_open then ticket_weeks.satisfaction_score end
        )
            as ratings,
        max(case
            when not ticket_weeks.is_open
                and ticket_weeks.satisfaction_score is not null
                then ticket_weeks.solved_on
        end) as last_rated_on
    from ticket_weeks
    group by ticket_weeks.account_id, ticket_weeks.week
),

survey_facts as (
    select
        responses.account_id,
        weeks.week,
        sum(responses.score) as ratings_sum,
        count(responses.score) as ratings,
        max(responses.responded_on) as last_rated_on
    from responses
    inner join weeks
        on
            responses.responded_on <= weeks.taken_on
            and {{ add_days('responses.responded_on', 180) }} > weeks.taken_on
    group by responses.account_id, weeks.week
),

joined as (
    select
        coalesce(ticket_facts.account_id, survey_facts.account_id) as account_id,
        coalesce(ticket_facts.week, survey_facts.week) as week,
        ticket_facts.open_tickets,
        ticket_facts.escalated_tickets,
        ticket_facts.critical_seconds,
        ticket_facts.seconds_to_solve,
        ticket_facts.solved_tickets,
        ticket_facts.last_solved_on,
        coalesce(ticket_facts.ratings_sum, 0) + coalesce(survey_facts.ratings_sum, 0)
            as ratings_sum,
        coalesce(ticket_facts.ratings, 0) + coalesce(survey_facts.ratings, 0)
            as ratings,
        case
            when survey_facts.last_rated_on <= ticket_facts.last_rated_on
                then ticket_facts.last_rated_on
            else coalesce(survey_facts.last_rated_on, ticket_facts.last_rated_on)
        end as last_rated_on
    from ticket_facts
    full join survey_facts
        on
            ticket_facts.account_id = survey_facts.account_id
            and ticket_facts.week = survey_facts.week
),

final as (
    select
        joined.account_id,
        joined.week,
        joined.open_tickets,
        joined.escalated_tickets,
        joined.last_solved_on,
        joined.last_rated_on,
        {{ safe_divide('joined.critical_seconds', '3600') }} as critical_tickets,
        {{ safe_divide('joined.seconds_to_solve', '(joined.solved_tickets * 3600)') }}
            as resolution_hours,
        {{ exact_divide('joined.ratings_sum', 'joined.ratings') }} as satisfaction
    from joined
)

select * from final
