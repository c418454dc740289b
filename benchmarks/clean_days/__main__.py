"""Runs the clean days, and prints the alarms."""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from benchmarks.clean_days.delivery import Company
from benchmarks.clean_days.variations import VARIATIONS
from benchmarks.faults.bench import Bench
from bowtie.checks import record_results, remember_volumes, run_checks

# The day of a company's series on which it erases an account.
ERASED_ON = 15


@dataclass(frozen=True)
class Series:
    """A company and the days on which it delivers."""

    name: str
    first_day: date
    days: int
    accounts: int
    seed: int
    usage_grain: str

    @property
    def last_day(self) -> date:
        """The last day of the series."""
        return self.first_day + timedelta(days=self.days - 1)


@dataclass
class Day:
    """What the checks said of a day."""

    series: str
    day: date
    variation: str
    blocks: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    checks: int = 0


# A leap day, a turn of the year with its holidays, and clocks that change are in them.
CAMPAIGN = (
    Series("spring", date(2024, 2, 1), 70, 90, 21, "daily"),
    Series("winter", date(2025, 10, 25), 80, 120, 22, "daily"),
    Series("weekly", date(2025, 5, 1), 50, 200, 23, "weekly"),
)


def run_series(bench: Bench, series: Series, scratch: Path) -> Iterator[Day]:
    """Deliver, build and check day after day."""
    company = Company(
        scratch / "company",
        series.last_day,
        series.accounts,
        series.seed,
        series.usage_grain,
    )
    previous: Path | None = None
    for number in range(series.days):
        day = series.first_day + timedelta(days=number)
        if number == ERASED_ON:
            company.erase_one_account()
        work = scratch / day.isoformat()
        company.deliver(day, work / "raw")
        variation = VARIATIONS[number % len(VARIATIONS)]
        variation(work / "raw", random.Random(number))
        reaction = bench.as_of(day).take(work / "raw", work)
        seen = Day(series.name, day, variation.__name__)
        seen.blocks += reaction.blocks
        seen.warnings += reaction.warnings
        if reaction.database is not None:
            remember_volumes(reaction.database, previous)
            results = run_checks(reaction.database, previous, {})
            record_results(reaction.database, results)
            seen.checks = len(results)
            seen.blocks += [result.message for result in results if result.stops]
            seen.warnings += [r.message for r in results if r.outcome == "warned"]
            if previous is not None:
                shutil.rmtree(previous.parent)
            previous = reaction.database
        yield seen


def _run(bench: Bench, series: Series) -> list[Day]:
    with tempfile.TemporaryDirectory() as scratch:
        days = []
        for day in run_series(bench, series, Path(scratch)):
            days.append(day)
            for kind, lines in (("BLOCK", day.blocks), ("warning", day.warnings)):
                for line in lines:
                    print(f"{series.name} {day.day} {kind}: {line}", flush=True)
            if len(days) % 10 == 0:
                print(f"{series.name}: {len(days)} of {series.days} days", flush=True)
        return days


def main() -> None:
    """Print a line per alarm, and what share of the days had one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clean_days")
    parser.add_argument("--days", type=int, default=200, help="days in all")
    parser.add_argument("--processes", type=int, default=2, help="series at a time")
    given = parser.parse_args()
    started = time.monotonic()
    whole = sum(series.days for series in CAMPAIGN)
    chosen = [
        Series(**{**vars(series), "days": max(2, given.days * series.days // whole)})
        for series in CAMPAIGN
    ]
    with (
        tempfile.TemporaryDirectory() as scratch,
        ProcessPoolExecutor(given.processes) as pool,
    ):
        bench = Bench.set_up(Path(scratch))
        found = list(pool.map(_run, [bench] * len(chosen), chosen))
    days = [day for series in found for day in series]
    blocked = sum(bool(day.blocks) for day in days)
    warned = sum(bool(day.warnings) for day in days)
    print(
        f"{len(days)} clean days, {sum(day.checks for day in days):,} checks: "
        f"{blocked} blocked, {warned} with a warning ({warned / len(days):.1%}); "
        f"{time.monotonic() - started:.0f} s"
    )
    raise SystemExit(1 if blocked or warned * 100 > len(days) else 0)


if __name__ == "__main__":
    main()
