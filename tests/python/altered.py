"""Some rows of a built warehouse, to be changed, and models built from them again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb


@contextmanager
def copied(
    warehouse: Path, accounts: str, tables: Mapping[str, str]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a database in memory with what is known of some accounts.

    `accounts` is a query of their ids, `tables` say by condition which rows of each
    table or view are copied, as tables. Both find the warehouse as `bowtie`.
    """
    with duckdb.connect() as connection:
        # Its views name the database that they were made in.
        connection.execute(f"attach '{warehouse}' as bowtie (read_only)")
        connection.execute("attach ':memory:' as altered")
        connection.execute(f"create temp table chosen as {accounts}")
        for table, condition in tables.items():
            described = connection.execute(f"describe bowtie.{table}").fetchall()
            if "account_id" in {name for name, *_ in described}:
                condition += " and account_id in (from temp.chosen)"
            schema = table.split(".")[0]
            connection.execute(f"create schema if not exists altered.{schema}")
            connection.execute(
                f"create table altered.{table} as from bowtie.{table} where {condition}"
            )
        connection.execute("use altered")
        connection.execute("detach bowtie")
        yield connection


def build(
    connection: duckdb.DuckDBPyConnection, name: str, schema: str, sql: str
) -> None:
    """Build a model from the rows of `copied`, by the SQL of the warehouse's build."""
    connection.execute(f"create schema if not exists {schema}")
    sql = sql.replace('"bowtie".', '"altered".')
    connection.execute(f"create table {schema}.{name} as {sql}")
