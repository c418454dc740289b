"""The sources sent what they usually send: all of it, in time, and once."""

from bowtie.checks.check import Check
from bowtie.checks.volumes import REMEMBERED, VOLUMES
from expectations.ledger import RATES

# Rows by the day that they are dated, of tables that a company adds to all the time.
_DATED = (
    ("usage_daily", "stg_usage__daily", "usage_date"),
    ("usage_features_daily", "stg_usage__features_daily", "usage_date"),
    ("usage_events", "stg_usage__events", "occurred_on"),
    ("support_tickets", "stg_support__tickets", "created_on"),
    ("crm_activities", "stg_crm__activities", "occurred_on"),
    ("billing_invoices", "stg_billing__invoices", "issued_on"),
    ("billing_exchange_rates", "stg_billing__exchange_rates", "rate_date"),
)
_COUNTED = "\n union all \n".join(
    f"""
    select '{table}' as table_name, {day} as day, count(*) as row_count
    from staging.{view} group by {day}
    """
    for table, view, day in _DATED
)
_DAYS = f"days as ({_COUNTED})"
# Usual rows of each weekday of the last week: of those on which a table was reported in
# two weeks of three at least, and four times. What comes once a fortnight has none.
_USUAL = """
    week as (
        select as_of() - cast(back as integer) as day
        from range(7) as days_back(back)
    ),

    usual as (
        select
            before.table_name,
            week.day,
            median(before.row_count) as usual_rows
        from week
        inner join days as before
            on
                dayofweek(week.day) = dayofweek(before.day)
                and before.day between week.day - 63 and week.day - 7
        where before.table_name like 'usage%'
        group by before.table_name, week.day
        having count(*) >= 4 and count(*) * 21 >= (week.day - min(before.day)) * 2
    )
"""
_HAS_DAYS = """
    (
        select bool_or(staged > 0) from quality.raw_row_counts
        where
            table_name in (
                'usage_daily', 'usage_features_daily', 'usage_events',
                'support_tickets', 'crm_activities'
            )
    )
"""

# Rows of the months that both generations have. A source that no longer sends its
# oldest months, or begins to send older ones, has lost and gained nothing. Under a
# hundred rows, one is no more than a hundredth.
_BOTH = f"""
    first_months as (
        select
            now.table_name,
            greatest(min(now.month), min(before.month)) as month
        from quality.raw_volumes as now
        inner join previous.{VOLUMES} as before using (table_name)
        where now.row_count > 0
        group by now.table_name
    ),

    in_both as (
        select
            before.table_name,
            before.month,
            before.row_count as rows_before,
            coalesce(now.row_count, 0) as rows_now
        from previous.{VOLUMES} as before
        inner join first_months
            on
                before.table_name = first_months.table_name
                and (before.month is null or before.month >= first_months.month)
        left join quality.raw_volumes as now
            on
                before.table_name = now.table_name
                and before.month is not distinct from now.month
    )
"""

CHECKS = [
    Check(
        "source_is_there",
        evidence="""
            select
                split_part(table_name, '_', 1) as subject,
                sum(staged) as measured
            from quality.raw_row_counts
            group by split_part(table_name, '_', 1)
        """,
        says="has no row, and what follows from it is empty or unscored",
        remedy="deliver its tables, or set its bound in check_thresholds free",
    ),
    Check(
        "table_is_still_there",
        evidence="""
            select now.table_name as subject, now.staged as measured
            from quality.raw_row_counts as now
            inner join previous.quality.raw_row_counts as before using (table_name)
            where before.staged > 0
        """,
        says="has no row, and the generation before had some",
        remedy="ask for the missing table; readers keep the earlier generation",
        compares=("quality.raw_row_counts",),
    ),
    # An optional column may be missing from the first day on, but not from one to the
    # next: its empty values would read as "not measured" or "still open".
    Check(
        "columns_are_still_there",
        evidence="""
            select
                before.table_name as subject,
                count(*) - count(now.column_name) as measured,
                some_of(
                    case when now.column_name is null then before.column_name end
                ) as named
            from previous.quality.raw_columns as before
            left join quality.raw_columns as now using (table_name, column_name)
            -- A table that is gone altogether is told of once.
            where before.table_name in (select table_name from quality.raw_columns)
            group by before.table_name
        """,
        says="lacks {measured} columns that it had in the last run",
        remedy="deliver them, or look for them under another name",
        compares=("quality.raw_columns",),
    ),
    Check(
        "rows_lost_since_the_last_run",
        evidence=f"""
            with {_BOTH}
            select
                table_name as subject,
                sum(greatest(rows_before - rows_now, 0))
                / greatest(sum(rows_before), 100) as measured,
                sum(greatest(rows_before - rows_now, 0)) / sum(rows_before) as told
            from in_both
            group by table_name
        """,
        says="has lost {measured} of the rows that the generation before had",
        remedy="ask for the whole extract",
        compares=(VOLUMES,),
    ),
    Check(
        "rows_lost_over_time",
        evidence=f"""
            select
                table_name as subject,
                sum(most_rows - row_count) / greatest(sum(most_rows), 100) as measured,
                sum(most_rows - row_count) / sum(most_rows) as told
            from ({REMEMBERED}) as remembered
            where month is null or month > as_of() - interval 12 month
            group by table_name
        """,
        says="has {measured} fewer rows of the last year than it has had",
        remedy="the source loses rows day by day; have its extract repaired",
        applies="""
            (
                select count(*) from quality.raw_volumes
                where month is null or month > as_of() - interval 12 month
            ) > 0
        """,
        unless="no row is dated in the last year",
        compares=(VOLUMES,),
    ),
    Check(
        "rows_gained_in_closed_months",
        evidence=f"""
            with {_BOTH}
            select
                table_name as subject,
                sum(greatest(rows_now - rows_before, 0))
                / greatest(sum(rows_before), 100) as measured,
                sum(greatest(rows_now - rows_before, 0)) / sum(rows_before) as told
            from in_both
            where month is null or month < date_trunc('month', previous_as_of())
            group by table_name
        """,
        says="has {measured} more rows in months that were over than it had",
        remedy="see whether a delivery came twice under new keys, or dates are wrong",
        applies=f"""
            (
                select count(*) from previous.{VOLUMES}
                where month is null or month < date_trunc('month', previous_as_of())
            ) > 0
        """,
        unless="the generation before has no month that was over",
        compares=(VOLUMES,),
    ),
    # The middle of the last seven days against the days before on the same weekday:
    # the spike at a month's end and a holiday are one day each. A source that reports
    # once a week has a single day, which is compared with earlier ones.
    Check(
        "rows_of_the_last_week",
        evidence=f"""
            with {_DAYS}, {_USUAL}

            select
                table_name as subject,
                median((coalesce(days.row_count, 0) + 10) / (usual.usual_rows + 10))
                    as measured
            from usual
            left join days using (table_name, day)
            group by table_name
        """,
        says="had {measured} the rows of its usual days in the last week",
        remedy="ask whether the extract is whole, and sent once",
        applies=f"(with {_DAYS}, {_USUAL} select count(*) > 0 from usual)",
        unless="no usage is reported week by week in the weeks to compare with",
    ),
    Check(
        "rows_of_the_last_day",
        evidence=f"""
            with {_DAYS}
            select
                now.table_name as subject,
                (any_value(now.row_count) + 10) / (median(before.row_count) + 10)
                    as measured
            from days as now
            inner join days as before
                on
                    now.table_name = before.table_name
                    and dayofweek(now.day) = dayofweek(before.day)
                    and before.day between now.day - 63 and now.day - 7
            where now.day = as_of() and now.table_name like 'usage%'
            group by now.table_name
            having count(*) >= 4
        """,
        says="had {measured} its usual rows on the last day",
        remedy="ask whether that day is whole, and sent once; a holiday is a row of "
        "quiet_days",
        applies="""
            (
                select count(*) from (
                    select usage_date as day from staging.stg_usage__daily
                    union all
                    select occurred_on from staging.stg_usage__events
                ) as days
                where dayofweek(day) = dayofweek(as_of()) and day > as_of() - 63
                having
                    max(day) = as_of() and count(distinct day) >= 5
                    and not exists (
                        select * from policy.quiet_days
                        where month = month(as_of()) and day = day(as_of())
                    )
            ) is not null
        """,
        unless="the last day has no row, no usual day to compare with, or is a holiday",
    ),
    # Days late beyond the longest silence among the source's last 60 reporting days:
    # a source that reports weekly is not late on a Wednesday. Few silences on record
    # say little of how long one may be: fewer than eight count for as many times more.
    Check(
        "source_is_up_to_date",
        evidence=f"""
            with {_DAYS},

            gaps as (
                select
                    table_name,
                    day,
                    day - lag(day) over (partition by table_name order by day) as gap,
                    row_number() over (partition by table_name order by day desc)
                        as recency
                from days
            )

            select
                table_name as subject,
                -- Of a source with a single day nobody knows how often it reports.
                coalesce(
                    greatest(
                        as_of() - max(day)
                        - ceil(max(gap) * greatest(8 / count(gap), 1)),
                        0
                    ),
                    0
                ) as measured
            from gaps
            where recency <= 60
            group by table_name
        """,
        says="has sent nothing for {measured} more than it was ever silent of late",
        remedy="ask for the days that are missing, or give a table that rarely has "
        "news a bound of its own in check_thresholds",
        applies=_HAS_DAYS,
        unless="no table with daily events was delivered",
    ),
    Check(
        "exchange_rates_have_no_gap",
        evidence="""
            with gaps as (
                select
                    currency,
                    rate_date,
                    rate_date - lag(rate_date) over (
                        partition by currency order by rate_date
                    ) as gap
                from staging.stg_billing__exchange_rates
            )

            select
                currency as subject,
                coalesce(
                    max(gap) filter (where rate_date > as_of() - 90) / median(gap), 1
                ) as measured
            from gaps
            group by currency
        """,
        says="had a gap between two rates of {measured} the usual one",
        remedy="deliver the missing days; until then the last rate before is used",
        applies="""
            (select count(*) from staging.stg_billing__exchange_rates) > 0
        """,
        unless="no exchange rate was delivered",
    ),
    # Against the rate before, and that of the last run: a rate of a hundred times, or a
    # file that gives every currency the wrong way round.
    Check(
        "exchange_rates_move_slowly",
        evidence="""
            with steps as (
                select
                    currency,
                    cast(rate as double) as rate,
                    lag(cast(rate as double)) over (
                        partition by currency order by rate_date
                    ) as rate_before,
                    rate_date
                from staging.stg_billing__exchange_rates
            )

            select
                steps.currency as subject,
                max(greatest(
                    coalesce(steps.rate / steps.rate_before, 1),
                    coalesce(steps.rate_before / steps.rate, 1)
                )) as measured
            from steps
            where steps.rate_date > as_of() - 730
            group by steps.currency
        """,
        says="has a rate of {measured} the one before it, or its inverse",
        remedy="have the rate looked up; rates are units of the reporting currency",
        applies="""
            (
                select count(*) from staging.stg_billing__exchange_rates
                where rate_date > as_of() - 730
            ) > 0
        """,
        unless="no exchange rate was delivered for the last two years",
    ),
    Check(
        "exchange_rates_are_those_of_the_last_run",
        evidence=f"""
            with {RATES},

            rates_before as (
                select currency, max(rate) as rate
                from previous.revenue.arr_lines
                group by currency
            )

            select
                now.currency as subject,
                greatest(
                    cast(now.rate as double) / cast(before.rate as double),
                    cast(before.rate as double) / cast(now.rate as double)
                ) as measured
            from rates as now
            inner join rates_before as before using (currency)
            where now.rate > 0 and before.rate > 0
        """,
        says="is valued at {measured} the rate of the last run, or its inverse",
        remedy="rates are units of the reporting currency for one of the other; see "
        "that the file does not give them the wrong way round",
        applies="""
            (
                select count(*) from revenue.arr_lines
                inner join previous.revenue.arr_lines as before using (currency)
                where before.rate > 0
            ) > 0
        """,
        unless="no currency of the last run is in use",
        compares=("revenue.arr_lines",),
    ),
    # A clock that runs ahead, or a wrong century: single rows after the as-of date. If
    # the days after it are as full as those before, a past day is being rebuilt.
    Check(
        "rows_are_dated_in_the_past",
        evidence="""
            with dated as (
                select 'usage_daily' as table_name, usage_date as day, verdict
                from staging.base_usage__daily
                union all
                select 'support_tickets', created_on, verdict
                from staging.base_support__tickets
                union all
                select 'crm_activities', occurred_on, verdict
                from staging.base_crm__activities
                union all
                select 'survey_responses', responded_on, verdict
                from staging.base_survey__responses
                union all
                select 'billing_invoices', issued_on, verdict
                from staging.base_billing__invoices
            )

            select
                table_name as subject,
                case
                    when
                        count(*) filter (where day between as_of() + 1 and as_of() + 28)
                        * 2
                        < count(*) filter (where day between as_of() - 27 and as_of())
                        then count(*) filter (where verdict = 'not_yet')
                    else 0
                end as measured
            from dated
            group by table_name
        """,
        says="has {measured} rows dated after the as-of date, left out until then",
        remedy="have the source's clock or date format looked at",
        applies=_HAS_DAYS,
        unless="no table with daily events was delivered",
    ),
    # Rows of test accounts are refused on purpose (DECISIONS A14).
    Check(
        "refused_rows",
        evidence="""
            select
                counts.table_name as subject,
                count(refused.row_key) / greatest(any_value(counts.rows_in), 100)
                    as measured,
                count(refused.row_key) / any_value(counts.rows_in) as told,
                some_of(refused.reason || coalesce(' ' || refused.column_name, ''))
                    as named
            from quality.raw_row_counts as counts
            left join quality.quarantined_rows as refused
                on
                    counts.table_name = refused.table_name
                    and refused.reason <> 'test_account'
            where counts.rows_in > 0
            group by counts.table_name
        """,
        says="had {measured} of its rows refused",
        remedy="the rows and reasons are in quality.quarantined_rows; have them "
        "corrected at the source",
    ),
]
