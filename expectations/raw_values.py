"""Values still mean what they meant: dates, clocks and sizes."""

from bowtie.checks.check import Check

_DATED = """
    dated as (
        select 'usage_daily.usage_date' as subject, usage_date as day
        from staging.stg_usage__daily
        union all
        select 'support_tickets.created_at', created_on
        from staging.stg_support__tickets
        union all
        select 'crm_activities.occurred_at', occurred_on
        from staging.stg_crm__activities
        -- Campaigns go out on days of their own.
        where activity_type not in ('automated_email', 'in_app_message')
        union all
        select 'survey_responses.responded_at', responded_on
        from staging.stg_survey__responses
        union all
        select 'billing_invoices.issued_on', issued_on
        from staging.stg_billing__invoices
        union all
        select 'billing_subscriptions.started_on', started_on
        from staging.stg_billing__subscriptions
    )
"""

# Features are used by some accounts in some months: by months they prove nothing.
_DATED_BY_WEEKDAY = _DATED.replace(
    "dated as (",
    """dated as (
        select 'usage_features_daily.usage_date' as subject, usage_date as day
        from staging.stg_usage__features_daily
        union all""",
)

# The hour on a clock's face around which events lie, as a mean of angles.
_HOURS = """
    timed as (
        select 'support_tickets.created_at' as subject, created_at as moment
        from staging.stg_support__tickets
        union all
        select 'crm_activities.occurred_at', occurred_at
        from staging.stg_crm__activities
        where activity_type not in ('automated_email', 'in_app_message')
        union all
        select 'usage_events.occurred_at', occurred_at
        from staging.stg_usage__events
    ),

    angles as (
        select
            subject,
            moment,
            (hour(moment) * 60 + minute(moment)) * 2 * pi() / 1440 as angle
        from timed
        -- Midnight is how a date without a time arrives.
        where moment <> date_trunc('day', moment)
    )
"""


def _usual_hour(where: str = "true") -> str:
    """Return SQL for the mean hour, 0 to 24, of the angles that meet a condition.

    In thousandths, because sums of doubles differ in their last digits.
    """
    return f"""
        round(
            (
                atan2(
                    sum(cast(sin(angle) * 1e6 as bigint)) filter (where {where}),
                    sum(cast(cos(angle) * 1e6 as bigint)) filter (where {where})
                ) + 2 * pi()
            ) * 24 / (2 * pi()), 3
        ) % 24
    """


def _hours_apart(first: str, second: str) -> str:
    """Return SQL for the way from one hour to another, round the clock."""
    return f"12 - abs(12 - abs({first} - {second}))"


def _hundred_on_both_sides(dated: str, those: str) -> str:
    """Return SQL for whether a subject has 100 rows up to the 12th and 100 after."""
    return f"""
        (
            with {dated}
            select bool_or(enough) from (
                select
                    count(*) filter (where day(day) <= 12) >= 100
                    and count(*) filter (where day(day) > 12) >= 100 as enough
                from dated
                where {those}
                group by subject
            ) as counted
        )
    """


CHECKS = [
    # Days up to the 12th can be read as months. Where they are, rows of the 1st to the
    # 12th spread over other months than the rest. Rows a day with rows, since a weekly
    # source has more such days in one part of a month; less twice what chance does.
    Check(
        "day_and_month_are_not_swapped",
        evidence=f"""
            with {_DATED},

            months as (
                select
                    subject,
                    date_trunc('month', day) as month,
                    count(*) filter (where day(day) <= 12) as early,
                    count(*) filter (where day(day) > 12) as late,
                    count(distinct day) filter (where day(day) <= 12) as early_days,
                    count(distinct day) filter (where day(day) > 12) as late_days
                from dated
                where day < date_trunc('month', as_of())
                group by subject, date_trunc('month', day)
            ),

            rates as (
                select
                    subject,
                    early,
                    late,
                    early / greatest(early_days, 1) as early_rate,
                    late / greatest(late_days, 1) as late_rate
                from months
            ),

            shares as (
                select
                    subject,
                    early,
                    late,
                    early_rate / sum(early_rate) over (partition by subject)
                        as early_share,
                    late_rate / sum(late_rate) over (partition by subject) as late_share
                from rates
            )

            select
                subject,
                round(greatest(
                    sum(abs(early_share - late_share)) / 2
                    - sum(
                        sqrt(
                            early_share * early_share / greatest(early, 1)
                            + late_share * late_share / greatest(late, 1)
                        )
                    ), 0
                ), 4) as measured
            from shares
            group by subject
            having sum(early) >= 100 and sum(late) >= 100
        """,
        says="spreads its first days over other months than the rest by {measured}",
        remedy="have the source write dates as YYYY-MM-DD",
        applies=_hundred_on_both_sides(_DATED, "day < date_trunc('month', as_of())"),
        unless="no table has a hundred dated rows on both sides of the 12th",
    ),
    # A week has a rhythm too, and it is the same up to the 12th as after: a weekly
    # source reports on one weekday, and hardly anybody works on Sundays. Days are
    # counted, weighed by their rows, since the rows of a day are no independent
    # witnesses: an invoice run is one day.
    Check(
        "weekdays_are_alike_through_the_month",
        evidence=f"""
            with {_DATED_BY_WEEKDAY},

            days as (
                select
                    subject,
                    day,
                    day(day) <= 12 as is_early,
                    count(*) as row_count
                from dated
                where day <= as_of()
                group by subject, day
            ),

            halves as (
                select
                    subject,
                    is_early,
                    sum(row_count) as row_count,
                    sum(row_count) * sum(row_count) / sum(row_count * row_count)
                        as days
                from days
                group by subject, is_early
            ),

            shares as (
                select
                    halves.subject,
                    halves.is_early,
                    halves.row_count,
                    halves.days,
                    weekdays.weekday,
                    coalesce(sum(days.row_count), 0) / halves.row_count as share
                from halves
                cross join range(7) as weekdays(weekday)
                left join days
                    on
                        halves.subject = days.subject
                        and halves.is_early = days.is_early
                        and dayofweek(days.day) = weekdays.weekday
                group by
                    halves.subject, halves.is_early, halves.row_count, halves.days,
                    weekdays.weekday
            )

            select
                early.subject,
                greatest(
                    -- The chi-square of two distributions over weekdays: 6 by chance.
                    coalesce(round(sum(
                        power(early.share - late.share, 2)
                        / nullif(
                            (early.share * early.days + late.share * late.days)
                            / (early.days * late.days), 0
                        )
                    ) / 6, 4), 0),
                    -- Of a source with one weekday: how much more often it is another.
                    case
                        when
                            max(late.share) >= 0.95
                            and min(early.days) >= 6 and min(late.days) >= 6
                            then
                                (1 - max_by(early.share, late.share))
                                / greatest(1 - max(late.share), 0.05)
                        else 0
                    end
                ) as measured
            from shares as early
            inner join shares as late using (subject, weekday)
            where early.is_early and not late.is_early
            group by early.subject
            having min(early.row_count) >= 100 and min(late.row_count) >= 100
        """,
        says="differs in its weekdays up to the 12th from those after it by {measured} "
        "what chance does",
        remedy="day and month are swapped; have the source write dates as YYYY-MM-DD",
        applies=_hundred_on_both_sides(_DATED_BY_WEEKDAY, "day <= as_of()"),
        unless="no table has a hundred dated rows on both sides of the 12th",
    ),
    # Recorded: the next run compares its own with it.
    Check(
        "usual_hour",
        evidence=f"""
            with {_HOURS}
            select subject, {_usual_hour()} as measured
            from angles
            group by subject
            having count(*) >= 100
        """,
        says="lies around {measured}",
        remedy="see the time zone of the export",
        applies=f"(with {_HOURS} select count(*) from angles) >= 300",
        unless="too few events have a time of day",
    ),
    Check(
        "usual_hour_is_that_of_the_last_run",
        evidence=f"""
            with {_HOURS},

            now as (
                select subject, {_usual_hour()} as usual_hour
                from angles
                group by subject
            )

            select
                now.subject,
                {_hours_apart("now.usual_hour", "before.measured_value")} as measured
            from now
            inner join previous.quality.quality_results as before
                on
                    now.subject = before.subject
                    and before.check_name = 'usual_hour'
                    and before.measured_value is not null
        """,
        says="moved by {measured} since the last run",
        remedy="the export's time zone changed; have it sent with its offset",
        applies="""
            (
                select count(*) from previous.quality.quality_results
                where check_name = 'usual_hour' and measured_value is not null
            ) > 0
        """,
        unless="the generation before recorded no usual hour",
        compares=("quality.quality_results",),
    ),
    Check(
        "usual_hour_of_late_is_that_of_before",
        evidence=f"""
            with {_HOURS},

            spans as (
                select
                    subject,
                    {_usual_hour("moment > as_of() - 7")} as lately,
                    {_usual_hour("moment <= as_of() - 7")} as before
                from angles
                group by subject
                having
                    count(*) filter (where moment > as_of() - 7) >= 30
                    and count(*) filter (where moment <= as_of() - 7) >= 100
            )

            select subject, {_hours_apart("lately", "before")} as measured
            from spans
        """,
        says="moved by {measured} in the last week",
        remedy="the export's time zone changed; have it sent with its offset",
        applies=f"""
            (
                with {_HOURS}
                select bool_or(enough) from (
                    select
                        count(*) filter (where moment > as_of() - 7) >= 30
                        and count(*) filter (where moment <= as_of() - 7) >= 100
                            as enough
                    from angles
                    group by subject
                ) as counted
            )
        """,
        unless="too few events of the last week have a time of day",
    ),
    # A column that says the same of everybody says nothing: a broken join or default.
    Check(
        "column_is_not_constant",
        evidence="""
            with counted as (
                select 'core.accounts.account_name' as subject, count(*) as row_count,
                    count(distinct account_name) as kinds
                from core.accounts
                union all
                select 'core.accounts.arr', count(*), count(distinct arr)
                from core.accounts where is_customer
                union all
                select 'health.health_scores.score', count(*), count(distinct score)
                from health.health_scores
                where
                    score is not null
                    and week = (select max(week) from health.health_scores)
                union all
                select 'usage_daily.active_users', count(active_users),
                    count(distinct active_users)
                from staging.stg_usage__daily
                union all
                select 'usage_daily.sessions', count(sessions),
                    count(distinct sessions)
                from staging.stg_usage__daily
                union all
                select 'usage_daily.events', count(events), count(distinct events)
                from staging.stg_usage__daily
                union all
                select 'billing_subscription_items.unit_price', count(*),
                    count(distinct unit_price)
                from staging.stg_billing__subscription_items
                union all
                select 'billing_subscriptions.started_on', count(*),
                    count(distinct started_on)
                from staging.stg_billing__subscriptions
                union all
                select 'survey_responses.score', count(*), count(distinct score)
                from staging.stg_survey__responses
                union all
                select 'support_tickets.satisfaction_score',
                    count(satisfaction_score), count(distinct satisfaction_score)
                from staging.stg_support__tickets
                union all
                select 'support_tickets.created_at', count(*),
                    count(distinct created_at)
                from staging.stg_support__tickets
            )

            select
                subject,
                -- Of fewer rows than these, it may be true of all.
                case when row_count < 50 then 2 else kinds end as measured
            from counted
        """,
        says="has {measured} different values in all rows",
        remedy="the source or a join filled it with one value; look at the raw column",
    ),
]
