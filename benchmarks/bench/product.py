"""The product's runs, each in processes of its own."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.bench.measure import Measured, measured
from bowtie.paths import DATABASE, PROJECT_DIR
from bowtie.simulator import simulate

PYTHON = sys.executable
DBT = Path(sys.executable).parent / "dbt"
AS_OF = "2025-12-31"
_DAY_BEFORE = "2025-12-30"


def environment(**more: str) -> dict[str, str]:
    """Return the variables with which the project runs from its own folder."""
    return {
        **os.environ,
        "PYTHONPATH": str(PROJECT_DIR),
        "DBT_PROFILES_DIR": ".",
        **more,
    }


def company(folder: Path, accounts: int, months: int, usage_grain: str) -> Path:
    """Simulate a company, unless it is there; its usage is in files of a month."""
    if not folder.exists():
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        simulate(accounts, months, 1, unfinished, usage_grain=usage_grain)
        _split_features(unfinished)
        unfinished.rename(folder)
    return folder


def _split_features(raw: Path) -> None:
    """Put the usage of features into files of a month, as daily usage is."""
    whole = raw / "usage_features_daily.parquet"
    months = [
        month
        for (month,) in duckdb.sql(
            f"select distinct date_trunc('month', usage_date) from '{whole}' order by 1"
        ).fetchall()
    ]
    (raw / whole.stem).mkdir()
    for month in months:
        part = raw / whole.stem / f"{month:%Y-%m}.parquet"
        duckdb.sql(
            f"""
            copy (
                select * from '{whole}'
                where date_trunc('month', usage_date) = date '{month:%Y-%m-%d}'
            ) to '{part}'
            """
        )
    whole.unlink()


def run(
    raw: Path,
    home: Path,
    as_of: str = AS_OF,
    switches: Mapping[str, Any] | None = None,
    **variables: str,
) -> Measured:
    """Run and publish, as `bowtie run` does."""
    command = [
        *(PYTHON, "-m", "bowtie.cli", "run"),
        *("--raw", raw, "--home", home, "--as-of", as_of),
        *("--vars", json.dumps(dict(switches or {}))),
    ]
    return measured(command, PROJECT_DIR, home, environment(**variables))


def build_up_to(raw: Path, model: str, place: Path) -> tuple[Path, Measured]:
    """Build a model and all that it needs, tests included; return the database."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    variables = {"raw_way": "files", "raw_dir": str(raw), "as_of_date": AS_OF}
    command = [
        *(DBT, "--quiet", "--log-level-file", "none", "build"),
        *("--select", f"+{model}", "--exclude-resource-type", "unit_test"),
        # Tests that compare with models further on are left out.
        *("--indirect-selection", "cautious"),
        *("--vars", json.dumps(variables), "--target-path", place / "target"),
    ]
    database = place / DATABASE
    found = measured(
        command, PROJECT_DIR, place, environment(BOWTIE_DATABASE=str(database))
    )
    return database, found


def build_sample(scratch: Path, project: Path = PROJECT_DIR) -> Measured:
    """Run a bare `dbt build` of the sample, or of another project."""
    target = scratch / project.name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    command = [
        *(DBT, "--quiet", "--log-level-file", "none", "build"),
        *("--target-path", target / "target"),
    ]
    database = str(target / "bowtie.duckdb")
    return measured(command, project, target, environment(BOWTIE_DATABASE=database))


def next_day(raw: Path, scratch: Path) -> tuple[Measured, Measured]:
    """Run as of the day before, then as of the last day; return both runs.

    The day's usage arrives in files of its own, and the day before knew nothing of it;
    the other tables are delivered whole each day.
    """
    delivered, held = scratch / "delivered", scratch / "held"
    home = scratch / "home"
    for folder in (delivered, held, home):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(raw, delivered)
    held.mkdir()
    for table in ("usage_daily", "usage_features_daily"):
        month = delivered / table / f"{AS_OF[:7]}.parquet"
        rows = f"(from '{raw / table / month.name}' where usage_date"
        duckdb.sql(f"copy {rows} < date '{AS_OF}') to '{month}'")
        if duckdb.sql(f"{rows} >= date '{AS_OF}')").fetchone():
            day = held / f"{table}.parquet"
            duckdb.sql(f"copy {rows} >= date '{AS_OF}') to '{day}'")
    before = run(delivered, home, _DAY_BEFORE)
    for day in held.iterdir():
        day.rename(delivered / day.stem / f"{AS_OF}.parquet")
    return before, run(delivered, home)


def differences(one: Path, other: Path) -> list[str]:
    """Return the published tables in which two homes differ, in any cell."""
    with duckdb.connect() as connection:
        for name, home in (("one", one), ("other", other)):
            file = home / "current" / "bowtie.duckdb"
            connection.execute(f"attach '{file}' as {name} (read_only)")
        tables = connection.execute(
            """
            select distinct schema_name || '.' || table_name from duckdb_tables()
            where database_name in ('one', 'other') order by 1
            """
        ).fetchall()
        return [
            table
            for (table,) in tables
            if connection.execute(
                f"""
                select 1 from (
                    (from one.{table} except all from other.{table})
                    union all
                    (from other.{table} except all from one.{table})
                ) limit 1
                """
            ).fetchone()
        ]
