"""Twenty typical queries on what is published, each asked several times."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import duckdb

_TIMES = 10


def questions() -> list[str]:
    """Return the queries of dashboard.sql."""
    text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    return [query for query in text.split(";") if "select" in query]


def latencies(database: Path) -> list[float]:
    """Return the seconds of every answer, fetched whole, after one to warm up."""
    seconds = []
    config = {"threads": 2}
    with duckdb.connect(str(database), read_only=True, config=config) as connection:
        for query in questions():
            for turn in range(_TIMES + 1):
                started = perf_counter()
                connection.execute(query).fetchall()
                if turn:
                    seconds.append(perf_counter() - started)
    return sorted(seconds)


def percentile(seconds: list[float], share: float) -> float:
    """Return the value that a share of the sorted ones does not exceed."""
    return seconds[min(len(seconds) - 1, int(len(seconds) * share))]
