-- One row per expansion opportunity, as of the date: what it would add, where it
-- stands, and what it is worth weighted by how often its stage is won. All amounts are
-- ARR.
with deals as (
    select * from {{ ref('int_expansion_deals') }}
),

deal_months as (
    select * from {{ ref('int_expansion_deal_months') }}
    where month = {{ month_of(as_of()) }} and not is_closed
),

profiles as (
    select * from {{ ref('account_profiles') }}
),

events as (
    select * from {{ ref('arr_events') }}
),

term_ends as (
    select * from {{ ref('int_term_outcomes') }}
),

ledger as (
    select
        events.account_id,
        events.event_on,
        events.closing_arr,
        lead(events.event_on) over (
            partition by events.account_id
            order by events.event_on
        ) as next_event_on
    from events
),

with_arr as (
    select
        deals.*,
        coalesce(profiles.account_name, deals.account_id) as account_name,
        coalesce(ledger.closing_arr, 0) as account_arr,
        coalesce(deals.closed_on, {{ as_of() }}) as stands_on
    from deals
    left join profiles
        on deals.account_id = profiles.account_id
    left join ledger
        on
            deals.account_id = ledger.account_id
            and deals.created_on >= ledger.event_on
            and deals.created_on < {{ open_end('ledger.next_event_on') }}
),

-- The next term end of the subscription it is about, else of the account.
next_terms as (
    select
        with_arr.opportunity_id,
        min(case
            when term_ends.subscription_id = with_arr.subscription_id
                then term_ends.contracted_end_date
        end) as own_end_date,
        min(term_ends.contracted_end_date) as account_end_date
    from with_arr
    inner join term_ends
        on
            with_arr.account_id = term_ends.account_id
            and with_arr.stands_on < term_ends.contracted_end_date
            and with_arr.stands_on >= term_ends.term_start_date
            -- A new row that renewed it early ended it that day.
            and with_arr.stands_on < term_ends.term_end_date
    where term_ends.arr_before > 0
    group by with_arr.opportunity_id
),

final as (
    select
        with_arr.opportunity_id,
        with_arr.account_id,
        with_arr.account_name,
        with_arr.expansion_type,
        with_arr.product_id,
        with_arr.source,
        with_arr.created_on,
        with_arr.expected_close_date,
        with_arr.stage,
        with_arr.stage_entered_on,
        case
            when with_arr.closed_on is null
                then cast(
                        {{ days_between('with_arr.stage_entered_on', as_of()) }}
                        as bigint
                    )
        end as stage_age_days,
        with_arr.closed_on is null as is_open,
        with_arr.closed_on,
        with_arr.is_won,
        cast({{ days_between('with_arr.created_on', 'with_arr.closed_on') }} as bigint)
            as cycle_days,
        with_arr.amount,
        cast(with_arr.account_arr as decimal(18, 2)) as account_arr,
        {{ safe_divide('with_arr.amount', 'with_arr.account_arr') }} as uplift_rate,
        deal_months.win_rate,
        deal_months.rate_basis as win_rate_basis,
        deal_months.weighted_amount,
        coalesce(next_terms.own_end_date, next_terms.account_end_date) as term_end_date,
        cast({{ days_between(
            'with_arr.stands_on',
            'coalesce(next_terms.own_end_date, next_terms.account_end_date)'
        ) }} as bigint) as days_before_renewal
    from with_arr
    left join deal_months
        on with_arr.opportunity_id = deal_months.opportunity_id
    left join next_terms
        on with_arr.opportunity_id = next_terms.opportunity_id
)

select * from final
