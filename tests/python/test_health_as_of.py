"""A past week's health is what it was: rebuilt as of that day, every score is equal."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from conftest import DAYS

# A second build of the whole sample.
pytestmark = pytest.mark.slow

AS_OF = DAYS["sample_in_september"].isoformat()
"""A Sunday, so that its last week is whole."""

SCORED_FROM = "2024-01-08"
"""The first week of which both builds, each keeping 104 weeks, have a score; from the
second one on, both have seen a band hold."""

DIFFERING = """
    select 'now' as build, * from (
        {columns} from now.{table} where week between {first} and date '{last}'
        except
        {columns} from past.{table} where week between {first} and date '{last}'
    )
    union all
    select 'past' as build, * from (
        {columns} from past.{table} where week between {first} and date '{last}'
        except
        {columns} from now.{table} where week between {first} and date '{last}'
    )
"""


@pytest.fixture(scope="module")
def builds(
    sample_warehouse: Path, sample_in_september: Path
) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"attach '{sample_warehouse}' as now (read_only)")
    connection.execute(f"attach '{sample_in_september}' as past (read_only)")
    return connection


def test_a_rebuild_as_of_a_past_day_gives_every_score_of_every_week(builds):
    differing = builds.execute(
        DIFFERING.format(
            columns="""
                select account_id, week, taken_on, score, band, raw_band, coverage,
                    driver_score, cap, cap_reason, override_reason, touch_tier
            """,
            table="health.health_scores",
            first=f"date '{SCORED_FROM}'",
            last=AS_OF,
        )
    ).fetchall()
    assert differing == []


def test_a_rebuild_gives_every_driver_of_the_last_week(builds):
    differing = builds.execute(
        DIFFERING.format(
            columns="""
                select account_id, week, driver, dimension, raw_value, points, weight,
                    contribution, status
            """,
            table="health.health_driver_scores",
            first="date '2025-09-15'",
            last=AS_OF,
        )
    ).fetchall()
    assert differing == []


def test_the_rebuild_has_scores_to_compare(builds):
    (weeks, accounts) = builds.execute(
        f"""
        select count(distinct week), count(*)
        from past.health.health_scores where week >= date '{SCORED_FROM}'
        """
    ).fetchone()
    assert weeks == 90
    assert accounts > 400_000
