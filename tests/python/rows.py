"""Rows of a query as dicts by column."""

from __future__ import annotations

from typing import Any

import duckdb


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
