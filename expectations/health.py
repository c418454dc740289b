"""Health is scored from what it needs, and moves as it usually does."""

from bowtie.checks.check import Check

_FEW = """
    (
        select count(*) from health.health_scores
        where week = (select max(week) from health.health_scores)
    ) >= 20
"""
_TOO_FEW = "fewer than 20 accounts have a health score"

CHECKS = [
    # A driver that many accounts lost at once is an input that did not arrive. Of weeks
    # that are over: a weekly source has said nothing yet of the one that runs. Less
    # twice what chance does, since of surveys and tickets a small company has few.
    Check(
        "health_inputs_are_known",
        evidence="""
            with weeks as (
                select
                    driver,
                    week,
                    count(*) as accounts,
                    count(*) filter (where status in ('scored', 'capped')) / count(*)
                        as known
                from health.health_driver_scores
                where week <= as_of() - 6
                group by driver, week
                having count(*) >= 20
            ),

            last_week as (select max(week) as week from weeks),

            levels as (
                select
                    weeks.driver,
                    max(accounts) filter (where weeks.week = last_week.week)
                        as accounts,
                    max(known) filter (where weeks.week = last_week.week) as known,
                    median(known) filter (where weeks.week < last_week.week) as usual
                from weeks
                cross join last_week
                group by weeks.driver
            )

            select
                driver as subject,
                coalesce(greatest(
                    usual - known - 2 * sqrt(usual * (1 - usual) / accounts), 0
                ), 0) as measured
            from levels
            where known is not null
        """,
        says="is known of {measured} fewer of the accounts than in the weeks before",
        remedy="its source stopped or lost accounts; scores go without it until then",
        applies="""
            (
                select count(*) from (
                    select driver from health.health_driver_scores
                    where week <= as_of() - 6
                    group by driver, week having count(*) >= 20
                ) as weeks
            ) > 0
        """,
        unless="no driver is judged for 20 accounts",
    ),
    Check(
        "health_inputs_are_those_of_the_last_run",
        evidence="""
            with now as (
                select
                    driver,
                    count(*) filter (where status in ('scored', 'capped')) / count(*)
                        as known
                from health.health_driver_scores
                where
                    week = (
                        select max(week) from health.health_driver_scores
                        where week <= as_of() - 6
                    )
                group by driver
                having count(*) >= 20
            ),

            before as (
                select
                    driver,
                    count(*) filter (where status in ('scored', 'capped')) / count(*)
                        as known
                from previous.health.health_driver_scores
                where
                    week = (
                        select max(week) from previous.health.health_driver_scores
                        where week <= previous_as_of() - 6
                    )
                group by driver
                having count(*) >= 20
            )

            select
                before.driver as subject,
                greatest(before.known - coalesce(now.known, 0), 0) as measured
            from before
            left join now using (driver)
        """,
        says="is known of {measured} fewer of the accounts than in the last run",
        remedy="its source stopped or lost accounts; scores go without it until then",
        applies="""
            (
                select coalesce(max(accounts), 0) from (
                    select count(*) as accounts
                    from previous.health.health_driver_scores
                    where
                        week = (
                            select max(week)
                            from previous.health.health_driver_scores
                            where week <= previous_as_of() - 6
                        )
                    group by driver
                ) as drivers
            ) >= 20
        """,
        unless="the generation before scored fewer than 20 accounts",
        compares=("health.health_driver_scores",),
    ),
    Check(
        "bands_are_spread_as_in_the_last_run",
        evidence="""
            with now as (
                select band, count(*) / sum(count(*)) over () as share
                from health.account_health group by band
            ),

            before as (
                select band, count(*) / sum(count(*)) over () as share
                from previous.health.account_health group by band
            )

            select
                'health.account_health' as subject,
                sum(abs(coalesce(now.share, 0) - coalesce(before.share, 0))) / 2
                    as measured
            from now
            full join before using (band)
        """,
        says="has {measured} of the accounts in other bands than the last run",
        remedy="see health.health_restatements and the inputs of the driver that moved",
        applies=f"""
            {_FEW} and (select count(*) from previous.health.account_health) >= 20
        """,
        unless=_TOO_FEW,
        compares=("health.account_health",),
    ),
    # Unscored is no band: of a company without usage, tickets and surveys nothing is
    # known. All of a few accounts may well be green, which is said and stops nobody.
    Check(
        "bands_are_more_than_one",
        evidence="""
            with bands as (
                select band, count(*) as accounts
                from health.account_health
                where band <> 'unscored'
                group by band
            )

            select
                'health.account_health' as subject,
                case when sum(accounts) < 100 then 'few accounts' else '*' end as scope,
                max(accounts) / sum(accounts) as measured
            from bands
        """,
        says="has {measured} of the accounts in one band",
        remedy="see whether the inputs of health say the same of everybody",
        applies="""
            (
                select count(*) from health.account_health where band <> 'unscored'
            ) >= 20
        """,
        unless=_TOO_FEW,
        scopes=("few accounts",),
    ),
    # Weeks that were over then, account by account: late rows move a few.
    Check(
        "past_usage_is_as_it_was_told",
        evidence="""
            select
                'health.usage_weekly' as subject,
                count(*) filter (
                    where
                        now.active_user_days is distinct from before.active_user_days
                        or now.events is distinct from before.events
                        or now.sessions is distinct from before.sessions
                ) / count(*) as measured
            from previous.health.usage_weekly as before
            left join health.usage_weekly as now using (account_id, week)
            where
                before.week between previous_as_of() - 91 and previous_as_of() - 7
                and before.last_reported_on is not null
        """,
        says="tells {measured} of the account weeks otherwise than the last run",
        remedy="usage was sent anew with other figures; ask the source what changed",
        applies="""
            (
                select count(*) from previous.health.usage_weekly
                where
                    week between previous_as_of() - 91 and previous_as_of() - 7
                    and last_reported_on is not null
            ) >= 100
        """,
        unless="the generation before has hardly any usage",
        compares=("health.usage_weekly",),
    ),
    # All accounts at once, up or down: the counter changed, not the customers. The
    # middle account of those that had usage, on its middle day: a month's end is one.
    Check(
        "usage_of_all_accounts_is_steady",
        evidence="""
            with measures as (
                unpivot (
                    select account_id, usage_date, active_users, sessions, events
                    from staging.stg_usage__daily
                    where usage_date > as_of() - 42
                ) on active_users, sessions, events into name measure value amount
            ),

            levels as (
                select
                    account_id,
                    measure,
                    median(amount) filter (where usage_date > as_of() - 7) as lately,
                    median(amount) filter (where usage_date <= as_of() - 7) as usual
                from measures
                group by account_id, measure
            )

            select
                'usage_daily.' || measure as subject,
                case
                    when count(*) filter (where lately > 0 and usual > 0) < 20 then 1
                    else median(lately / usual) filter (where lately > 0 and usual > 0)
                end as measured
            from levels
            group by measure
        """,
        says="of the middle account was {measured} its usual level in the last week",
        remedy="see whether the product's counting changed, or days came twice",
        applies="""
            (
                select count(active_users) + count(sessions) + count(events)
                from staging.stg_usage__daily
                where usage_date > as_of() - 42
            ) > 0
        """,
        unless="no usage is reported for the last six weeks",
    ),
]
