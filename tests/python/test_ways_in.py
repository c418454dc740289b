"""One company, every way in: the same ledger, whatever carries the rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
from conftest import TINY_AS_OF

from benchmarks.compiled_models import compile_models
from bowtie.landing import land

LEDGER = "select * from revenue.arr_monthly order by account_id, month"
TYPED = {
    "crm_accounts": "account_id, account_name, created_at::timestamptz as created_at",
    "billing_subscriptions": "subscription_id, account_id, started_on::date as "
    "started_on, nullif(ended_on, '')::date as ended_on",
    "billing_subscription_items": "subscription_item_id, subscription_id, "
    "quantity::integer as quantity, unit_price::decimal(10, 2) as unit_price, "
    "billing_interval, valid_from::date as valid_from, "
    "nullif(valid_to, '')::date as valid_to",
}


def ledger(database: Path) -> list[tuple]:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(LEDGER).fetchall()


@pytest.fixture(scope="module")
def from_csv(tiny_raw, tiny_warehouse):
    return tiny_raw, ledger(tiny_warehouse)


def test_the_tiny_company_has_a_ledger(from_csv):
    assert len(from_csv[1]) > 24


def test_parquet_in_a_partitioned_folder_gives_the_same_ledger(from_csv, tmp_path):
    raw, expected = from_csv
    parquet = tmp_path / "raw"
    parquet.mkdir()
    for table, columns in TYPED.items():
        rows = f"select {columns} from read_csv('{raw}/{table}.csv', all_varchar=true)"
        if table == "billing_subscription_items":
            for year in (2023, 2024):
                part = parquet / table / f"year={year}"
                part.mkdir(parents=True)
                duckdb.sql(
                    f"copy (from ({rows}) where year(valid_from) = {year}) "
                    f"to '{part}/items.parquet'"
                )
        else:
            duckdb.sql(f"copy ({rows}) to '{parquet}/{table}.parquet'")
    land(parquet, tmp_path / "landing")
    models = compile_models(
        parquet,
        date.fromisoformat(TINY_AS_OF),
        tmp_path / "dbt",
        ("arr_monthly",),
        landing_dir=str(tmp_path / "landing"),
    )
    with models.run() as connection:
        assert connection.execute(LEDGER).fetchall() == expected


@pytest.mark.slow
def test_tables_in_the_engine_give_the_same_ledger(from_csv, tmp_path):
    raw, expected = from_csv
    database = tmp_path / "warehouse.duckdb"
    with duckdb.connect(database) as connection:
        connection.execute("create schema landing")
        for table, columns in TYPED.items():
            connection.execute(
                f"create table landing.{table} as select {columns} "
                f"from read_csv('{raw}/{table}.csv', all_varchar=true)"
            )
    variables = {
        "raw_way": "warehouse",
        "raw_schema": "landing",
        "as_of_date": TINY_AS_OF,
    }
    done = subprocess.run(
        [
            Path(sys.executable).parent / "dbt",
            *("--quiet", "--no-use-colors", "--log-level-file", "none", "build"),
            *("--target-path", tmp_path / "target", "--vars", json.dumps(variables)),
        ],
        cwd=Path(__file__).parents[2],
        env={
            **os.environ,
            "DBT_PROFILES_DIR": str(Path(__file__).parents[2]),
            "BOWTIE_DATABASE": str(database),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert ledger(database) == expected
