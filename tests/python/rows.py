"""Rows of a query as dicts by column."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """Return a query's rows, each by column."""
    found = connection.execute(query)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def text_rows_of(
    connection: duckdb.DuckDBPyConnection, table: str
) -> list[dict[str, str | None]]:
    """Return a table's rows, every value as text."""
    return rows_of(connection, f"select columns(*)::varchar from {table}")


def rows_by_account(
    connection: duckdb.DuckDBPyConnection, query: str
) -> dict[str, list[dict[str, Any]]]:
    """Return a query's rows by their account_id."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(connection, query):
        found.setdefault(row["account_id"], []).append(row)
    return found


def write_rows(
    connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]
) -> None:
    """Replace a table's rows."""
    names = list(rows[0])
    connection.execute(f"truncate {table}")
    # As text: a row at a time would take minutes.
    columns = {
        name: [None if row[name] is None else str(row[name]) for row in rows]
        for name in names
    }
    connection.register(
        "held",
        pyarrow.table(
            columns, pyarrow.schema([(name, pyarrow.string()) for name in names])
        ),
    )
    connection.execute(f"insert into {table} by name from held")
    connection.unregister("held")
