"""Keeps results in the candidate, where readers will find them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bowtie.checks.check import CheckResult
from bowtie.engine import connect


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
    with connect(database) as connection:
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
