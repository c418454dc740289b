-- One row per customer with a ticket opened or solved in the last thirteen months, and
-- month of these. Months without any are kept: a quiet month is news.
with tickets as (
    select * from {{ ref('stg_support__tickets') }}
    where created_on >= {{ add_months(month_of(as_of()), -12) }}
),

solved_tickets as (
    select * from {{ ref('stg_support__tickets') }}
    where solved_on >= {{ add_months(month_of(as_of()), -12) }}
),

customers as (
    select account_id from {{ ref('accounts') }}
    where is_customer
),

months as (
    select distinct dates.month
    from {{ ref('dates') }} as dates
    where
        dates.month >= {{ add_months(month_of(as_of()), -12) }}
        and dates.month <= {{ as_of() }}
),

opened as (
    select
        tickets.account_id,
        {{ month_of('tickets.created_on') }} as month,
        count(*) as opened,
        count(case when tickets.is_escalated then 1 end) as escalated
    from tickets
    group by tickets.account_id, {{ month_of('tickets.created_on') }}
),

solved as (
    select
        solved_tickets.account_id,
        {{ month_of('solved_tickets.solved_on') }} as month,
        count(*) as solved
    from solved_tickets
    group by solved_tickets.account_id, {{ month_of('solved_tickets.solved_on') }}
),

ticketed as (
    select opened.account_id from opened
    union distinct
    select solved.account_id from solved
),

final as (
    select
        customers.account_id,
        months.month,
        cast(coalesce(opened.opened - opened.escalated, 0) as bigint) as ordinary,
        cast(coalesce(opened.escalated, 0) as bigint) as escalated,
        cast(coalesce(opened.opened, 0) as bigint) as opened,
        cast(coalesce(solved.solved, 0) as bigint) as solved
    from customers
    inner join ticketed
        on customers.account_id = ticketed.account_id
    cross join months
    left join opened
        on
            customers.account_id = opened.account_id
            and months.month = opened.month
    left join solved
        on
            customers.account_id = solved.account_id
            and months.month = solved.month
)

select * from final
