-- One row per customer and scored week: what it says, what its CSM thinks, and whether
-- it pays. Survey answers and judgements are kept for a year, so that a stale one
-- shows.
with customer_weeks as (
    select * from {{ ref('int_customer_weeks') }}
),

weeks as (
    select * from {{ ref('int_health_weeks') }}
    where is_scored
),

responses as (
    select * from {{ ref('stg_survey__responses') }}
    where survey_type = 'nps'
),

judgements as (
    select
        *,
        lead(recorded_on) over (
            partition by account_id
            order by recorded_at, coalesce(csm_id, '')
        ) as next_on
    from {{ ref('stg_crm__csm_sentiment') }}
),

-- What asks for no money is no debt, and says nothing of how somebody pays.
invoices as (
    select * from {{ ref('stg_billing__invoices') }}
    where coalesce(status, 'open') not in ('draft', 'void') and total_amount > 0
),

survey_weeks as (
    select
        responses.account_id,
        weeks.week,
        responses.score,
        responses.responded_on,
        {{ add_days('responses.responded_on', 120) }} > weeks.taken_on as is_recent
    from responses
    inner join weeks
        on
            responses.responded_on <= weeks.taken_on
            and {{ add_days('responses.responded_on', 365) }} > weeks.taken_on
),

surveys as (
    select
        survey_weeks.account_id,
        survey_weeks.week,
        sum(case when survey_weeks.is_recent then survey_weeks.score end) as recent_sum,
        count(case when survey_weeks.is_recent then survey_weeks.score end)
            as recent_answers,
        sum(survey_weeks.score) as score_sum,
        count(*) as answers,
        max(survey_weeks.responded_on) as last_surveyed_on
    from survey_weeks
    group by survey_weeks.account_id, survey_weeks.week
),

-- What is paid without a date was paid, nobody knows when.
overdue as (
    select
        invoices.account_id,
        weeks.week,
        max({{ days_between('invoices.due_on', 'weeks.taken_on') }}) as days
    from invoices
    inner join weeks
        on
            invoices.issued_on <= weeks.taken_on
            and invoices.due_on < weeks.taken_on
            and {{ open_end('invoices.paid_on') }} > weeks.taken_on
    where coalesce(invoices.status, 'open') <> 'paid' or invoices.paid_on is not null
    group by invoices.account_id, weeks.week
),

-- An invoice says for 400 days, or until it is paid, how somebody pays; one that is
-- paid, nobody knows when, says nothing after these days. Up to the next one that is
-- issued, all before it may.
invoiced as (
    select
        invoices.account_id,
        invoices.issued_on,
        lead(invoices.issued_on) over account_history as next_on,
        max(max(case
            when invoices.status = 'paid' and invoices.paid_on is null
                then {{ add_days('invoices.issued_on', 400) }}
            else greatest(
                    {{ open_end('invoices.paid_on') }},
                    {{ add_days('invoices.issued_on', 400) }}
                )
        end)) over account_history as known_to
    from invoices
    group by invoices.account_id, invoices.issued_on
    window account_history as (
        partition by invoices.account_id
        order by invoices.issued_on
    )
),

final as (
    select
        customer_weeks.account_id,
        customer_weeks.week,
        coalesce(
            {{ safe_divide('surveys.recent_sum', 'surveys.recent_answers') }},
            {{ safe_divide('surveys.score_sum', 'surveys.answers') }}
        ) as nps,
        surveys.last_surveyed_on,
        case judgements.sentiment
            when 'green' then 100 when 'yellow' then 50 when 'red' then 0
        end
            as csm_sentiment,
        judgements.recorded_on as last_judged_on,
        case when invoiced.account_id is not null then coalesce(overdue.days, 0) end
            as overdue_invoices
    from customer_weeks
    left join surveys
        on
            customer_weeks.account_id = surveys.account_id
            and customer_weeks.week = surveys.week
    left join judgements
        on
            customer_weeks.account_id = judgements.account_id
            and customer_weeks.taken_on >= judgements.recorded_on
            and customer_weeks.taken_on < {{ open_end('judgements.next_on') }}
    left join overdue
        on
            customer_weeks.account_id = overdue.account_id
            and customer_weeks.week = overdue.week
    left join invoiced
        on
            customer_weeks.account_id = invoiced.account_id
            and customer_weeks.taken_on >= invoiced.issued_on
            and customer_weeks.taken_on < {{ open_end('invoiced.next_on') }}
            and customer_weeks.taken_on < invoiced.known_to
)

select * from final
