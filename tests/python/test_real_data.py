"""RavenStack, rows that nobody here wrote, through the whole pipeline."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import take
from measured import measured_in

from bowtie.checks import run_checks, stopping_lines
from bowtie.paths import PROJECT_DIR

SCRIPT = PROJECT_DIR / "examples" / "ravenstack" / "to_raw_contract.py"
SOURCE = Path(
    os.environ.get(
        "BOWTIE_RAVENSTACK",
        PROJECT_DIR.parent / "shared" / "real" / "ravenstack",
    )
)

pytestmark = pytest.mark.skipif(
    not SOURCE.is_dir(),
    reason="RavenStack is not committed; set BOWTIE_RAVENSTACK to its folder",
)


@pytest.fixture(scope="module")
def database(tmp_path_factory, compiled_project):
    folder = tmp_path_factory.mktemp("ravenstack")
    subprocess.run(
        [sys.executable, SCRIPT, SOURCE, folder / "raw"],
        check=True,
        capture_output=True,
    )
    return take(compiled_project, folder / "raw", "2024-12-31", folder / "built")


@pytest.fixture
def warehouse(database):
    with duckdb.connect(database, read_only=True) as connection:
        yield connection


def test_mrr_of_all_24_month_ends_is_the_published_one(warehouse):
    with (SOURCE / "mrr_month_end.csv").open(encoding="utf-8") as file:
        published = {
            row["month_start"]: (Decimal(row["mrr"]), int(row["paying_accounts"]))
            for row in csv.DictReader(file)
        }
    assert len(published) == 24
    built = warehouse.execute(
        """
        select cast(month as varchar), closing_arr / 12, closing_accounts
        from revenue.arr_waterfall
        where slice_name = 'all' and month between date '2023-01-01'
            and date '2024-12-01'
        """
    ).fetchall()
    assert {month: (Decimal(mrr), n) for month, mrr, n in built} == published


def test_no_row_is_refused(warehouse):
    assert (
        warehouse.execute(
            "select distinct table_name, reason from quality.quarantined_rows"
        ).fetchall()
        == []
    )


def test_no_check_keeps_it_from_readers(database):
    stopping = stopping_lines(run_checks(database, None, {}))
    assert stopping == []


def test_what_health_measures_equals_the_oracle_where_no_users_are_counted(warehouse):
    measured = measured_in(warehouse)
    assert measured.differing() == []
    known = measured.known_somewhere()
    assert {"feature_breadth", "open_tickets", "satisfaction"} <= known
    assert {"seat_utilisation", "active_user_trend"}.isdisjoint(known)
