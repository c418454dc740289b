"""Measures: runs the queries of checks on a candidate, and says which do not apply."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from bowtie.checks.check import Check
from bowtie.engine import connect
from bowtie.sql_text import literal

# Switches that change whom or what every figure counts: two generations that differ in
# one of them have nothing in common that could be compared.
_MUST_AGREE = (
    "raw_way",
    "reporting_currency",
    "currency_policy",
    "account_grain",
    "business_timezone",
)
_COLUMNS = ("subject", "scope", "measured", "named", "told")


class NotApplicableError(Exception):
    """There is nothing that the check could judge; its text says why."""


@contextmanager
def opened(
    database: Path, previous: Path | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a candidate read-only, the generation before beside it.

    Nothing is kept between queries, and no file is written but to spill.
    """
    connection = connect(database, read_only=True, spill=database.parent / "spill")
    try:
        prepare(connection, previous)
        yield connection
    finally:
        connection.close()


def prepare(connection: duckdb.DuckDBPyConnection, previous: Path | None) -> None:
    """Give a connection to a candidate what evidence may use (see `Check`)."""
    connection.execute("set TimeZone = 'UTC'")
    if previous is not None:
        connection.execute(f"attach {literal(previous)} as previous (read_only)")
    _define(connection, "as_of", _as_of(connection, "quality"))
    earlier = None if previous is None else _as_of(connection, "previous.quality")
    _define(connection, "previous_as_of", earlier)
    connection.execute(
        """
        create temp macro reporting_currency() as (
            select setting from quality.policies where policy = 'reporting_currency'
        )
        """
    )
    connection.execute(
        """
        create temp macro some_of(key) as
            array_to_string(
                list_sort(array_agg(distinct key) filter (where key is not null))[:3],
                ', '
            )
            || case
                when count(distinct key) > 3
                    then ' and ' || (count(distinct key) - 3) || ' more'
                else ''
            end
        """
    )


def measure(connection: duckdb.DuckDBPyConnection, check: Check) -> pd.DataFrame:
    """Return the evidence of a check: subject, scope, measured, named, told.

    Rows come in order of subject; what is not finite comes as NaN.

    Raises:
        NotApplicableError: there is nothing to judge.
        duckdb.Error: the query fails.

    """
    if check.compares and (reason := incomparable(connection, check.compares)):
        raise NotApplicableError(reason)
    applies = connection.execute(f"select {check.applies}").fetchone()
    if not (applies and applies[0]):
        raise NotApplicableError(check.unless)
    # Not `.df()`: its columns' kinds would depend on what an empty frame holds.
    found = connection.execute(check.evidence)
    names = [column[0] for column in found.description or ()]
    frame = pd.DataFrame(found.fetchall(), columns=names).reindex(columns=_COLUMNS)
    for name in ("measured", "told"):
        frame[name] = frame[name].astype("float64")
        frame[name] = frame[name].where(np.isfinite(frame[name]))
    frame["told"] = frame["told"].fillna(frame["measured"])
    frame["subject"] = frame["subject"].astype(object)
    frame["scope"] = frame["scope"].where(frame["scope"].notna(), frame["subject"])
    return frame.sort_values("subject", kind="stable", ignore_index=True)


def incomparable(
    connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...]
) -> str | None:
    """Return why the generation before cannot be compared with; None if it can."""
    days = connection.execute("select as_of(), previous_as_of()").fetchone()
    assert days is not None
    if days[1] is None:
        return "there is no generation before this one"
    if days[1] > days[0]:
        return "the generation before is of a later day"
    if changed := _changed_switches(connection):
        return f"the generation before was built under another {', '.join(changed)}"
    there = {
        f"{schema}.{table}"
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where database_name = 'previous'"
        ).fetchall()
    }
    if missing := sorted(set(tables) - there):
        return f"the generation before has no {', '.join(missing)}"
    return None


def _changed_switches(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        name
        for (name,) in connection.execute(
            """
            select now.policy
            from quality.policies as now
            inner join previous.quality.policies as before
                on now.kind = before.kind and now.policy = before.policy
            where
                now.kind = 'switch'
                and now.policy in (select unnest(?))
                and now.setting is distinct from before.setting
            order by now.policy
            """,
            [list(_MUST_AGREE)],
        ).fetchall()
    ]


def _as_of(connection: duckdb.DuckDBPyConnection, schema: str) -> date:
    found = connection.execute(
        f"select cast(setting as date) from {schema}.policies "
        "where policy = 'as_of_date in force'"
    ).fetchone()
    assert found is not None
    return found[0]


def _define(connection: duckdb.DuckDBPyConnection, name: str, day: date | None) -> None:
    literal = f"date '{day}'" if day else "cast(null as date)"
    connection.execute(f"create temp macro {name}() as {literal}")
