"""Every account is carried once, and by plausible amounts of work."""

from bowtie.checks.check import Check
from expectations.ledger import CSMS_WHO_LEFT

_HAS_ARR = "(select coalesce(sum(arr), 0) from core.accounts) > 0"
_NOW = "month = (select max(month) from capacity.csm_capacity)"

CHECKS = [
    Check(
        "account_has_one_csm",
        evidence="""
            select
                'core.account_owners' as subject,
                count(*) as measured,
                some_of(account_id) as named
            from (
                select account_id
                from core.account_owners
                where is_current
                group by account_id
                having count(*) > 1
            ) as shared
        """,
        says="has {measured} accounts with two CSMs at a time",
        remedy="end one of the two periods in crm_account_owners",
    ),
    Check(
        "books_add_up_to_the_customers",
        evidence=f"""
            select
                'capacity.csm_capacity' as subject,
                abs(
                    sum(accounts)
                    - (select count(*) from core.accounts where is_customer)
                ) as measured
            from capacity.csm_capacity
            where {_NOW}
        """,
        says="counts {measured} customers too many or too few",
        remedy="an account is in two books, or in none",
        applies="(select count(*) from capacity.csm_capacity) > 0",
        unless="nobody's capacity is known",
    ),
    Check(
        "books_add_up_to_the_arr",
        evidence=f"""
            select
                'capacity.csm_capacity' as subject,
                cast(abs(
                    sum(arr) - (select sum(arr) from core.accounts)
                ) * 100 as bigint) as measured
            from capacity.csm_capacity
            where {_NOW}
        """,
        says="differs by {measured} from the ARR of all accounts",
        remedy="an account is in two books, or in none",
        applies="(select count(*) from capacity.csm_capacity) > 0",
        unless="nobody's capacity is known",
    ),
    Check(
        "arr_without_a_csm",
        evidence=f"""
            with shares as (
                select
                    (
                        select
                            coalesce(sum(now.arr) filter (
                                where
                                    now.csm_id is null
                                    and coalesce(
                                        before.csm_id not in ({CSMS_WHO_LEFT}), true
                                    )
                            ), 0) / sum(now.arr)
                        from core.accounts as now
                        left join previous.core.accounts as before using (account_id)
                    ) as now,
                    (
                        select
                            coalesce(sum(arr) filter (where csm_id is null), 0)
                            / nullif(sum(arr), 0)
                        from previous.core.accounts
                    ) as before
            )

            select
                'crm_account_owners' as subject,
                greatest(now - coalesce(before, now), 0) as measured
            from shares
        """,
        says="leave {measured} more of the ARR without a CSM than in the last run",
        remedy="owners are missing, or name CSMs who left; see crm_account_owners",
        applies=_HAS_ARR,
        unless="the company has no ARR",
        compares=("core.accounts",),
    ),
    Check(
        "customers_are_handed_on_when_their_csm_leaves",
        evidence="""
            select
                'crm_account_owners' as subject,
                count(distinct accounts.account_id) as measured,
                some_of(owners.csm_id) as named
            from staging.stg_crm__account_owners as owners
            inner join core.csms as csms using (csm_id)
            inner join core.accounts as accounts
                on
                    owners.account_id = accounts.account_id
                    and accounts.is_customer
                    and accounts.csm_id is null
            where
                csms.ended_on <= as_of()
                and (owners.valid_to is null or owners.valid_to > as_of())
        """,
        says="leave {measured} customers with a CSM who has left",
        remedy="they count as unassigned; name their new owner in the CRM",
        applies="(select count(*) from core.csms where ended_on <= as_of()) > 0",
        unless="no CSM has left",
    ),
    Check(
        "hours_of_a_csm_are_possible",
        evidence=f"""
            select
                'capacity.csm_capacity' as subject,
                max(actual_hours / nullif(available_hours, 0)) as measured,
                some_of(case when actual_hours > 3 * available_hours then csm_id end)
                    as named
            from capacity.csm_capacity
            where {_NOW} and available_hours > 0
        """,
        says="has a CSM with {measured} the hours of a month logged",
        remedy="see the unit of crm_activities.duration_minutes",
        applies=f"""
            (
                select count(*) from capacity.csm_capacity
                where {_NOW} and available_hours > 0
            ) > 0
        """,
        unless="no CSM has hours this month",
    ),
    # Who was met in 90 days, in ARR: logging that stops looks like neglect.
    Check(
        "arr_that_was_touched",
        evidence="""
            with touched as (
                select
                    accounts.arr,
                    touchpoints.last_touch_on > as_of() - 90 as now,
                    before.last_touch_on > previous_as_of() - 90 as before
                from core.accounts as accounts
                left join health.touchpoints as touchpoints using (account_id)
                left join previous.health.touchpoints as before using (account_id)
                where accounts.is_customer
            )

            select
                'crm_activities' as subject,
                greatest(
                    coalesce(sum(arr) filter (where before), 0) / sum(arr)
                    - coalesce(sum(arr) filter (where now), 0) / sum(arr), 0
                ) as measured
            from touched
        """,
        says="touch {measured} less of the ARR in 90 days than in the last run",
        remedy="see whether crm_activities is whole",
        applies=_HAS_ARR,
        unless="the company has no ARR",
        compares=("health.touchpoints",),
    ),
]
