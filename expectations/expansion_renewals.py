"""Pipeline and renewals are of a size that the contracts can bear."""

from bowtie.checks.check import Check
from expectations.ledger import RATES

_OPPORTUNITIES = "expansion_renewals.expansion_opportunities"

CHECKS = [
    # A whole file in cents for dollars.
    Check(
        "opportunities_are_of_the_size_of_contracts",
        evidence="""
            select
                'crm_opportunities.amount' as subject,
                median(opportunities.amount / accounts.arr) as measured
            from staging.stg_crm__opportunities as opportunities
            inner join core.accounts as accounts using (account_id)
            where accounts.arr > 0
        """,
        says="of the middle opportunity is {measured} the account's ARR",
        remedy="ask for amounts a year, in the unit of the contracts",
        applies="""
            (
                select count(*) from staging.stg_crm__opportunities
                inner join core.accounts as accounts using (account_id)
                where accounts.arr > 0
            ) >= 20
        """,
        unless="fewer than 20 opportunities are of customers",
    ),
    Check(
        "opportunities_are_of_a_plausible_size",
        evidence=f"""
            with {RATES},

            -- As the CRM says it now, and as its latest stage does.
            deals as (
                select
                    opportunities.opportunity_id,
                    cast(opportunities.amount as double) * coalesce(rates.rate, 1)
                        as amount,
                    accounts.arr as account_arr
                from staging.stg_crm__opportunities as opportunities
                inner join core.accounts as accounts using (account_id)
                left join rates using (currency)
                where
                    opportunities.closed_on is null
                    and opportunities.opportunity_type <> 'renewal'
                    and accounts.arr > 0
                union all
                select opportunity_id, amount, account_arr
                from {_OPPORTUNITIES}
                where is_open and account_arr > 0
            ),

            judged as (
                select
                    opportunity_id,
                    amount > 10 * account_arr
                    and amount > 10 * median(amount) over () as is_odd
                from deals
            )

            select
                'crm_opportunities.amount' as subject,
                count(distinct opportunity_id) filter (where is_odd) as measured,
                some_of(case when is_odd then opportunity_id end) as named
            from judged
        """,
        says="is more than ten times the account's ARR for {measured} open deals",
        remedy="ask the owner whether the amount is yearly, and in which unit",
        applies=f"""
            (
                select count(*) from {_OPPORTUNITIES}
                where is_open and account_arr > 0
            ) > 0
        """,
        unless="no expansion is open",
    ),
    Check(
        "lost_renewals_are_no_longer_in_force",
        evidence="""
            select
                'crm_opportunities' as subject,
                count(distinct opportunities.opportunity_id) as measured,
                some_of(opportunities.opportunity_id) as named
            from staging.stg_crm__opportunities as opportunities
            inner join staging.stg_billing__subscriptions as subscriptions
                using (subscription_id)
            inner join revenue.arr_lines as lines using (subscription_id)
            where
                opportunities.opportunity_type = 'renewal'
                and not opportunities.is_won
                and lines.arr > 0
                and (lines.valid_to is null or lines.valid_to > as_of())
                -- Nobody has cancelled, so it goes on after its term.
                and subscriptions.auto_renews
                and subscriptions.ended_on is null
                and subscriptions.cancel_requested_at is null
        """,
        says="has {measured} renewals that were lost, of subscriptions that go on",
        remedy="have sales or billing say which of the two is right",
        applies="""
            (
                select count(*) from staging.stg_crm__opportunities
                where opportunity_type = 'renewal' and closed_on is not null
            ) > 0
        """,
        unless="no renewal was closed in the CRM",
    ),
    # Sold as new business to somebody who was a customer already: an expansion.
    Check(
        "new_business_is_sold_to_new_customers",
        evidence="""
            with won as (
                select
                    opportunities.opportunity_id,
                    opportunities.amount,
                    coalesce(
                        accounts.first_arr_on < opportunities.closed_on - 90, false
                    ) as was_customer
                from staging.stg_crm__opportunities as opportunities
                left join core.accounts as accounts using (account_id)
                where
                    opportunities.opportunity_type = 'new_business'
                    and opportunities.is_won
            )

            select
                'crm_opportunities' as subject,
                coalesce(sum(amount) filter (where was_customer), 0) / sum(amount)
                    as measured,
                some_of(case when was_customer then opportunity_id end) as named
            from won
        """,
        says="has {measured} of new business won from accounts that were customers",
        remedy="book them as expansion in the CRM",
        applies="""
            (
                select coalesce(sum(amount), 0) from staging.stg_crm__opportunities
                where opportunity_type = 'new_business' and is_won
            ) > 0
        """,
        unless="no new business was won",
    ),
    # Movements that the ledger calls new, of accounts that a generation before had.
    Check(
        "new_arr_is_of_new_customers",
        evidence="""
            select
                'revenue.arr_events' as subject,
                count(*) as measured,
                some_of(events.account_id) as named
            from revenue.arr_events as events
            inner join previous.core.accounts as before using (account_id)
            where
                events.movement_type = 'new'
                and before.first_arr_on < events.event_on
                and events.event_on > previous_as_of()
        """,
        says="calls {measured} accounts new that were customers in the last run",
        remedy="their earlier contracts are missing in the delivery",
        compares=("core.accounts",),
    ),
    Check(
        "renewal_rates_are_possible",
        evidence="""
            select
                scenario as subject,
                max(gross_rate) as measured
            from expansion_renewals.renewal_forecast
            group by scenario
        """,
        says="forecasts a gross renewal rate of {measured}",
        remedy="see expansion_renewals.renewals for terms that count twice",
        applies="(select count(*) from expansion_renewals.renewal_forecast) > 0",
        unless="no term ends",
    ),
    Check(
        "renewals_are_those_of_the_last_run",
        evidence="""
            select
                'expansion_renewals.renewals' as subject,
                coalesce(
                    sum(before.arr_up_for_renewal)
                        filter (where now.renewal_id is null), 0
                ) / sum(before.arr_up_for_renewal) as measured
            from previous.expansion_renewals.renewals as before
            left join expansion_renewals.renewals as now using (renewal_id)
            where before.term_end_date > as_of()
        """,
        says="lacks {measured} of the ARR that was to be renewed in the last run",
        remedy="terms changed their end or are missing; see billing_subscriptions",
        applies="""
            (
                select coalesce(sum(arr_up_for_renewal), 0)
                from previous.expansion_renewals.renewals
                where term_end_date > as_of()
            ) > 0
        """,
        unless="the last run had no term still to end",
        compares=("expansion_renewals.renewals",),
    ),
]
