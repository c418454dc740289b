"""Which of another engine's tables have other cells than DuckDB's, from equal rows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import duckdb

# Half of the tables; without rows, there is nothing to compare.
FILLED_BY_THREE_ACCOUNTS = 90
# What says how and with which types rows came in, which differs on purpose.
ABOUT_THE_WAY_IN = {"quality.raw_columns", "quality.policies"}
# A model in Python finds the fewest moves, and other engines run none.
NEEDS_PYTHON = {
    "capacity.capacity_totals",
    "capacity.rebalancing_moves",
    "intermediate.int_account_moves",
    "intermediate.int_rebalanced_tiers",
    "intermediate.int_rebalancing_flows",
}
TABLES = """
    select schema_name || '.' || table_name from duckdb_tables()
    where database_name = 'bowtie' and schema_name not in ('main', 'policy', 'raw')
    order by 1
"""

# Given a table and DuckDB's types by column: a relation that DuckDB reads the other
# engine's rows from, for as long as it is open.
RowsOf = Callable[[str, dict[str, str]], AbstractContextManager[str]]


def rows_that_differ(
    warehouse: duckdb.DuckDBPyConnection, table: str, rows_of: RowsOf
) -> tuple[int, int]:
    """Return how many rows DuckDB has alone, and how many the other engine has."""
    columns = warehouse.execute(f"describe bowtie.{table}").fetchall()
    names = ", ".join(f'"{name}"' for name, *_ in columns)
    with rows_of(table, {name: kind for name, kind, *_ in columns}) as relation:
        ours = f"(select {names} from bowtie.{table})"
        theirs = f"(select {names} from {relation})"
        found = warehouse.execute(
            f"""
            select
                (select count(*) from (from {ours} except all from {theirs})),
                (select count(*) from (from {theirs} except all from {ours}))
            """
        ).fetchone()
    assert found is not None
    return found


def differences(ours: Path, rows_of: RowsOf) -> tuple[dict[str, tuple[int, int]], int]:
    """Return the tables that differ, with their rows alone, and how many have rows."""
    with duckdb.connect() as warehouse:
        warehouse.execute(f"attach '{ours}' as bowtie (read_only)")
        tables = {name for (name,) in warehouse.execute(TABLES).fetchall()}
        assert tables > ABOUT_THE_WAY_IN | NEEDS_PYTHON
        compared = sorted(tables - ABOUT_THE_WAY_IN - NEEDS_PYTHON)
        differing = {
            table: alone
            for table in compared
            if any(alone := rows_that_differ(warehouse, table, rows_of))
        }
        filled = [
            table
            for table in compared
            if warehouse.execute(f"select 1 from bowtie.{table} limit 1").fetchone()
        ]
    return differing, len(filled)
