"""Keeps, in the candidate, what the next run and readers will ask for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from bowtie.checks.check import CheckResult
from bowtie.checks.evidence import incomparable, opened

# A loss that is older than this has been seen, or was meant (an account erased).
MOST_ROWS_KEPT_DAYS = 60
_VOLUMES = "quality.raw_volumes"


def record_results(database: Path, results: Iterable[CheckResult]) -> None:
    """Write results into `quality.quality_results` of a candidate, in their order."""
    rows = [
        (
            result.source,
            result.check_name,
            result.subject,
            result.severity,
            result.outcome,
            None if result.measured_value is None else f"{result.measured_value:.6f}",
            result.expected,
            result.message or None,
        )
        for result in results
    ]
    with duckdb.connect(str(database)) as connection:
        connection.execute("begin")
        connection.execute("delete from quality.quality_results")
        if rows:
            connection.executemany(
                """
                insert into quality.quality_results by name
                select
                    ? as source, ? as check_name, ? as subject, ? as severity,
                    ? as outcome, cast(? as decimal(24, 6)) as measured_value,
                    ? as expected, ? as message
                """,
                rows,
            )
        connection.execute("commit")


def remember_volumes(database: Path, previous: Path | None) -> None:
    """Raise `most_rows` of a candidate to what the generations before had.

    Months that have no row any more get a line with 0, so that they are missed too.
    """
    with opened(database, previous) as connection:
        if incomparable(connection, (_VOLUMES,)):
            return
        rows = connection.execute(_REMEMBERED).fetchall()
    with duckdb.connect(str(database)) as connection:
        connection.execute("begin")
        connection.execute(f"delete from {_VOLUMES}")
        connection.executemany(f"insert into {_VOLUMES} values (?, ?, ?, ?, ?)", rows)
        connection.execute("commit")


_REMEMBERED = f"""
with now as (
    select * from quality.raw_volumes
),

before as (
    select * from previous.quality.raw_volumes
    where most_rows_on > as_of() - {MOST_ROWS_KEPT_DAYS}
)

select
    coalesce(now.table_name, before.table_name) as table_name,
    coalesce(now.month, before.month) as month,
    coalesce(now.row_count, 0) as row_count,
    greatest(coalesce(now.row_count, 0), coalesce(before.most_rows, 0)) as most_rows,
    case
        when before.most_rows > coalesce(now.row_count, 0) then before.most_rows_on
        else as_of()
    end as most_rows_on
from now
full join before
    on
        now.table_name = before.table_name
        and now.month is not distinct from before.month
order by table_name, month
"""
