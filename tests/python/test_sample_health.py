"""The sample company's health: what the seed documents say of it, from the marts."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

QUARTER_STARTS = "date '2025-10-01'"

# The mid-market book on the day on which the quarter starts, with the last score that
# was over by then: the week that ended on Sunday, 2025-09-28.
BOOK = f"""
    select scores.account_id, scores.band
    from core.account_owners as owners
    inner join health.health_scores as scores
        on owners.account_id = scores.account_id
    where
        owners.csm_id = 'CSM-02'
        and owners.valid_from <= {QUARTER_STARTS}
        and coalesce(owners.valid_to, date '9999-12-31') > {QUARTER_STARTS}
        and scores.taken_on = (
            select max(taken_on) from health.health_scores
            where taken_on <= {QUARTER_STARTS}
        )
"""


@pytest.fixture(scope="module")
def warehouse(sample_warehouse: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(sample_warehouse), read_only=True)


def rows(warehouse: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return warehouse.execute(query).fetchall()


def test_the_mid_market_book_starts_the_quarter_45_green_15_yellow_5_red(warehouse):
    bands = rows(warehouse, f"select band, count(*) from ({BOOK}) group by band")
    assert dict(bands) == {"green": 45, "yellow": 15, "red": 5}


def test_no_account_of_that_book_is_near_another_band(warehouse):
    """The figures must not hang on a rounding: four points of room at every edge."""
    (closest,) = rows(
        warehouse,
        f"""
        select min(least(abs(scores.score - 50), abs(scores.score - 75)))
        from ({BOOK}) as book
        inner join health.health_scores as scores
            on book.account_id = scores.account_id
        where scores.taken_on = date '2025-09-28'
        """,
    )
    assert closest[0] >= 4


def test_nine_of_the_15_yellow_accounts_end_the_year_green(warehouse):
    (ended_green,) = rows(
        warehouse,
        f"""
        select count(*)
        from ({BOOK}) as book
        inner join health.account_health as now
            on book.account_id = now.account_id
        where book.band = 'yellow' and now.band = 'green'
        """,
    )
    assert ended_green == (9,)


def test_techcorp_is_red_for_the_reasons_of_its_story(warehouse):
    (row,) = rows(
        warehouse,
        """
        select band, previous_band, drivers_down
        from health.account_health
        inner join core.accounts using (account_id)
        where accounts.account_name = 'TechCorp'
        """,
    )
    band, previous_band, reasons = row
    assert (band, previous_band) == ("red", "yellow")
    told = reasons.split("; ")
    assert told[:2] == ["usage down 45 % in 60 days", "champion left 42 days ago"]
    assert "no executive contact" in told


def test_its_twin_went_the_same_way_a_year_before_and_came_back(warehouse):
    story = rows(
        warehouse,
        """
        with twins as (
            select account_id from staging.stg_crm__contacts
            where persona = 'champion' and title = 'Director of Analytics'
                and left_on between date '2024-11-01' and date '2024-11-30'
        )
        select band from (
            select
                band, week,
                lag(band) over (partition by account_id order by week) as band_before
            from health.health_scores
            inner join twins using (account_id)
            where week >= date '2024-07-01'
        ) as weeks
        where band_before <> band
        order by week
        """,
    )
    assert [band for (band,) in story] == ["yellow", "red", "yellow", "green"]


def test_usage_of_the_twin_was_back_at_85_percent_within_90_days(warehouse):
    (levels,) = rows(
        warehouse,
        """
        with twins as (
            select account_id from staging.stg_crm__contacts
            where persona = 'champion' and title = 'Director of Analytics'
                and left_on between date '2024-11-01' and date '2024-11-30'
        )
        select
            max(case when week = date '2024-10-21' then active_users_average end),
            max(case when week = date '2024-12-02' then active_users_average end),
            max(case when week = date '2025-02-10' then active_users_average end)
        from health.usage_weekly
        inner join twins using (account_id)
        """,
    )
    before, fallen, recovered = levels
    assert Decimal("0.54") <= fallen / before <= Decimal("0.56")
    assert recovered / before >= Decimal("0.84")


def test_the_tech_book_is_scored_by_its_use(warehouse):
    """Who hardly uses it is red for as long as that lasts, not only while use falls."""
    bands = dict(
        rows(
            warehouse,
            """
            select band, count(*)
            from health.account_health
            where account_id like 'T%'
            group by band
            """,
        )
    )
    assert bands["red"] >= 130
    assert bands["yellow"] >= 900
    assert bands.get("unscored", 0) == 0


def test_a_customer_of_the_biller_alone_is_unscored_not_red(warehouse):
    bands = rows(
        warehouse,
        """
        select distinct band, score
        from health.health_scores
        where account_id like 'unmatched:%'
        """,
    )
    assert bands == [("unscored", None)]


def test_accounts_shows_the_same_health(warehouse):
    (differing,) = rows(
        warehouse,
        """
        select count(*)
        from core.accounts
        left join health.account_health using (account_id)
        where accounts.health_band is distinct from account_health.band
            or accounts.health_score is distinct from account_health.score
            or accounts.is_customer is distinct from (account_health.band is not null)
        """,
    )
    assert differing == (0,)


def test_there_are_at_least_18_drivers_and_all_are_scored_somewhere(warehouse):
    drivers = rows(
        warehouse,
        """
        select driver from health.health_driver_scores
        where status = 'scored' and policy_weight > 0
        group by driver
        """,
    )
    assert len(drivers) == 22
