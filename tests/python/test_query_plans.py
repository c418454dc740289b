"""No model compares each row of one large table with each row of another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

# How DuckDB joins where it finds no equality between the two sides.
EVERY_ROW_WITH_EVERY_ROW = {"BLOCKWISE_NL_JOIN", "NESTED_LOOP_JOIN", "CROSS_PRODUCT"}
# More than the calendar has days after a filter, fewer than the sample has accounts: a
# side above it grows with the company.
LARGE = 2_000

Operator = Mapping[str, Any]


def rows_of(operator: Operator) -> int:
    """Return how many rows the planner expects; of what it leaves open, its inputs'."""
    if operator["name"].strip() == "UNGROUPED_AGGREGATE":
        return 1
    expected = operator["extra_info"].get("Estimated Cardinality")
    if expected is not None:
        return int(str(expected).replace(",", ""))
    return max(map(rows_of, operator["children"]), default=1)


def operators(plan: list[Operator]) -> Iterator[Operator]:
    for operator in plan:
        yield operator
        yield from operators(operator["children"])


def growing_comparisons(plan: list[Operator]) -> Iterator[str]:
    for operator in operators(plan):
        if operator["name"].strip() in EVERY_ROW_WITH_EVERY_ROW:
            sides = [rows_of(side) for side in operator["children"]]
            if min(sides) > LARGE:
                yield f"{operator['name'].strip()} of {sides[0]:,} and {sides[1]:,}"


def explained(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Operator]:
    ((_, plan),) = connection.execute(f"explain (format json) {sql}").fetchall()
    return json.loads(plan)


def test_no_model_compares_every_row_with_every_row(sample_warehouse: Path) -> None:
    manifest = sample_warehouse.parent / "target" / "manifest.json"
    models = [
        node
        for node in json.loads(manifest.read_text())["nodes"].values()
        if node["resource_type"] == "model" and node["language"] == "sql"
    ]
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        found = [
            f"{model['name']}: {comparison}"
            for model in models
            for comparison in growing_comparisons(
                explained(connection, model["compiled_code"])
            )
        ]
    assert not found, "\n".join(found)


def test_a_condition_that_is_no_equality_is_found() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create table accounts as select range as id from range(5000)"
        )
        joined = "select * from accounts left join accounts as others on {}"
        apart = "accounts.id = others.id and (accounts.id > 9 or others.id > 9)"
        together = "accounts.id = others.id"
        assert list(
            growing_comparisons(explained(connection, joined.format(apart)))
        ) == ["BLOCKWISE_NL_JOIN of 5,000 and 5,000"]
        assert not list(
            growing_comparisons(explained(connection, joined.format(together)))
        )
