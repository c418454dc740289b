"""What tests build without dbt is what dbt builds; the sample passes its data tests."""

from __future__ import annotations

import json
from datetime import date

import duckdb
import pytest
from conftest import DAYS

from benchmarks.faults.bench import days_in_sql

SAMPLE_DAY = DAYS["sample_warehouse"]


def test_sql_of_a_day_is_what_dbt_compiles_for_it(compiled_project, sample_warehouse):
    """But for staging, which reads the sample elsewhere, and policies, which say so."""
    manifest = sample_warehouse.parent / "target" / "manifest.json"
    by_dbt = {
        key: node["compiled_code"]
        for key, node in json.loads(manifest.read_text("utf-8"))["nodes"].items()
        if node["resource_type"] == "model"
        and node["schema"] != "staging"
        and node["name"] != "policies"
    }
    models = compiled_project.as_of(SAMPLE_DAY).models
    built = {
        node.key: node.python or node.statements[-1]
        for node in models.nodes
        if node.key in by_dbt
    }
    assert built.keys() == by_dbt.keys()
    assert len(built) > 150
    assert [key for key, sql in built.items() if by_dbt[key] not in sql] == []


@pytest.mark.parametrize(
    ("day", "last_whole_month"),
    [("2025-12-31", "2025-12-01"), ("2025-12-30", "2025-11-01"),
     ("2025-01-15", "2024-12-01"), ("2024-02-29", "2024-02-01")],
)  # fmt: skip
def test_a_month_is_whole_on_its_last_day(day, last_whole_month):
    rates_of = f"{int(day[:4]) - 1}-12-31"
    assert days_in_sql(date.fromisoformat(day)) == (day, rates_of, last_whole_month)


def test_every_data_test_holds_on_the_sample(compiled_project, sample_warehouse):
    tests = compiled_project.as_of(SAMPLE_DAY).models.tests
    assert len(tests) > 500
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        failing = [
            test.name
            for test in tests
            if connection.execute(f"from ({test.failing_rows}) limit 1").fetchall()
        ]
    assert failing == []
