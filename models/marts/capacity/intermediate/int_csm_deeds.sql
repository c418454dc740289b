-- One row per CSM and period (quarter or year) with anything done in it, by the owner
-- on the day: expansions of the ledger, acts of advocacy by accounts, interventions
-- that health opened, and accounts that a person stepped in for. `intervened_in_book`
-- counts those of them that the CSM already had when the period opened.
with periods as (
    select * from {{ ref('int_scorecard_periods') }}
),

owners as (
    select * from {{ ref('account_owners') }}
),

arr_events as (
    select * from {{ ref('arr_events') }}
    where movement_type = 'expansion'
),

advocacy as (
    select * from {{ ref('stg_crm__advocacy') }}
),

interventions as (
    select * from {{ ref('interventions') }}
),

opening_books as (
    select * from {{ ref('int_account_loads') }}
),

activities as (
    select * from {{ ref('stg_crm__activities') }}
    where
        activity_type not in ('internal', 'automated_email', 'in_app_message')
        and {{ was_held('status') }}
        -- What the triggers call for: a risk, a chance, a contract's end.
        and purpose in ('rescue', 'expansion', 'renewal')
),

-- Each kind of deed in columns of its own; an account counts once a period.
deeds as (
    select
        arr_events.account_id,
        arr_events.event_on as done_on,
        'expansion' as deed,
        arr_events.delta_arr as arr
    from arr_events
    union all
    select
        advocacy.account_id,
        advocacy.occurred_on as done_on,
        advocacy.advocacy_type as deed,
        0 as arr
    from advocacy
    union all
    select
        activities.account_id,
        activities.occurred_on as done_on,
        'stepped in' as deed,
        0 as arr
    from activities
    union all
    select
        interventions.account_id,
        interventions.opened_on as done_on,
        'intervention' as deed,
        0 as arr
    from interventions
),

owned_deeds as (
    select
        owners.csm_id,
        deeds.*
    from deeds
    inner join owners
        on
            deeds.account_id = owners.account_id
            and deeds.done_on >= owners.valid_from
            and deeds.done_on < {{ open_end('owners.valid_to') }}
),

final as (
    select
        owned_deeds.csm_id,
        periods.period,
        periods.period_start,
        cast(sum(case when owned_deeds.deed = 'expansion' then 1 else 0 end) as bigint)
            as expansion_deals,
        cast(sum(owned_deeds.arr) as decimal(18, 2)) as expansion_arr,
        {%- for deed, column in {
            'case_study': 'case_studies',
            'review': 'reviews',
            'speaking': 'speaking_engagements',
            'reference': 'customer_references',
        }.items() %}
        cast(
            sum(case when owned_deeds.deed = '{{ deed }}' then 1 else 0 end) as bigint
        )
            as {{ column }},
        {%- endfor %}
        cast(
            sum(case when owned_deeds.deed = 'intervention' then 1 else 0 end) as bigint
        ) as interventions,
        cast(
            count(
                distinct case
                    when owned_deeds.deed = 'stepped in' then owned_deeds.account_id
                end
            ) as bigint
        )
            as intervened_accounts,
        cast(
            count(
                distinct case
                    when owned_deeds.deed = 'stepped in' then opening_books.account_id
                end
            ) as bigint
        )
            as intervened_in_book
    from owned_deeds
    inner join periods
        on
            owned_deeds.done_on >= periods.period_start
            and owned_deeds.done_on < periods.ends_before
    left join opening_books
        on
            owned_deeds.csm_id = opening_books.csm_id
            and owned_deeds.account_id = opening_books.account_id
            and periods.month_before = opening_books.month
    group by owned_deeds.csm_id, periods.period, periods.period_start
)

select * from final
