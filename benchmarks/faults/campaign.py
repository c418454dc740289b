"""Puts every fault into a clean company, and prints what became of it."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import product
from pathlib import Path

from benchmarks.clean_days.delivery import Company
from benchmarks.faults.bench import Bench, DayBench, Reaction, check
from benchmarks.faults.cases import all_faults
from benchmarks.faults.delivery import Delivery
from benchmarks.faults.expected import Seen
from benchmarks.faults.fault import Fault
from bowtie.contract import raw_contract
from bowtie.landing.results import shown

AS_OF = date(2025, 11, 26)
DAY_BEFORE = date(2025, 11, 25)
# Beside no earlier generation, or beside that of the day before.
FIRST, LATER = "first", "later"

Case = tuple[Fault, tuple[str, ...]]


@dataclass(frozen=True)
class Verdict:
    """How one case ended; an empty `wrong` is the right reaction."""

    happened: str
    wrong: str
    seconds: float


@dataclass(frozen=True)
class Clean:
    """The clean company: its files, and what became of them on their own."""

    bench: DayBench
    raw: Path
    first: Reaction
    # The generation of the day before, and the reaction beside it; None: not built.
    previous: Path | None = None
    later: Reaction | None = None

    @property
    def false_alarms(self) -> list[str]:
        """What was said of the clean files, in either case."""
        reactions = [self.first, *([self.later] if self.later else [])]
        return [line for seen in reactions for line in (*seen.blocks, *seen.warnings)]


def set_up(
    scratch: Path,
    accounts: int,
    with_day_before: bool = True,
    seed: int = 11,
    usage_grain: str = "weekly",
    bench: Bench | None = None,
) -> Clean:
    """Simulate the company, compile the project if need be and build the clean days."""
    bench = bench or Bench.set_up(scratch / "compiled")
    company = Company(scratch / "company", AS_OF, accounts, seed, usage_grain)
    raw, today = scratch / "raw", bench.as_of(AS_OF)
    company.deliver(AS_OF, raw)
    first = _checked(today, raw, scratch / "first")
    if not with_day_before:
        return Clean(today, raw, first)
    company.deliver(DAY_BEFORE, scratch / "raw-before")
    yesterday = bench.as_of(DAY_BEFORE)
    before = _checked(yesterday, scratch / "raw-before", scratch / "before")
    later = _checked(today, raw, scratch / "later", first.database, before.database)
    return Clean(today, raw, first, before.database, later)


def _checked(
    bench: DayBench,
    raw: Path,
    work: Path,
    clean: Path | None = None,
    previous: Path | None = None,
) -> Reaction:
    work.mkdir()
    reaction = bench.take(raw, work, clean)
    check(reaction, previous)
    return reaction


def run_case(clean: Clean, fault: Fault, days: Sequence[str]) -> list[Verdict]:
    """Put a fault into a copy of the clean files, and judge the reaction on each day.

    Both days have the same as-of date: they differ in what the candidate is checked
    beside, so that one build serves both.
    """
    verdicts = []
    with tempfile.TemporaryDirectory(dir=clean.raw.parent) as scratch:
        started = time.monotonic()
        raw, work = Path(scratch, "raw"), Path(scratch, "work")
        shutil.copytree(clean.raw, raw)
        work.mkdir()
        try:
            injected = fault.inject(Delivery(raw))
        except LookupError as error:
            # The case is at fault, and the others go on.
            return [Verdict("A: not put in", str(error), 0.0) for _ in days]
        built = clean.bench.take(raw, work, clean.first.database, clean.raw)
        for day in days:
            reaction = replace(
                built, blocks=[*built.blocks], warnings=[*built.warnings]
            )
            check(reaction, clean.previous if day == LATER else None)
            beside = clean.later if day == LATER else clean.first
            seen = Seen(reaction, beside, injected)
            verdicts.append(_verdict(fault, seen, clean.raw, started))
            started = time.monotonic()
    return verdicts


def _verdict(fault: Fault, seen: Seen, raw: Path, started: float) -> Verdict:
    wrong = fault.expected.judge(seen)
    if not wrong and any(value in seen.said for value in personal_values(raw)):
        wrong = "repeats a personal value"
    blocks = seen.reaction.blocks
    said = [*blocks, *seen.new_warnings] or ["published"]
    letter = "B" if blocks else "warn" if seen.new_warnings else "A"
    return Verdict(f"{letter}: {said[0]}", wrong, time.monotonic() - started)


@cache
def personal_values(raw: Path) -> frozenset[str]:
    """Return what people are called, wrote and so on, in the files of a delivery.

    Single words are left out: they are in our own messages too.
    """
    delivery = Delivery(raw)
    return frozenset(
        row[column.name]
        for table in raw_contract().values()
        if delivery.path(table.name).exists()
        for column in table.columns.values()
        if column.personal
        for row in delivery.rows(table.name)
        if " " in row[column.name] or "@" in row[column.name]
    )


def chosen(patterns: Sequence[str], days: Sequence[str]) -> list[Case]:
    """Return the faults that `patterns` (ids, or words of the variant) choose."""
    cases = []
    for fault in all_faults():
        name = f"{fault.id} {fault.variant}"
        if patterns and not any(pattern in name for pattern in patterns):
            continue
        asked = [day for day in days if not (fault.only_first and day == LATER)]
        cases.append((fault, (LATER,) if fault.only_later else tuple(asked)))
    return cases


_clean: Clean


def _remember(clean: Clean) -> None:
    global _clean
    _clean = clean


def _case(number: int, days: Sequence[str]) -> list[Verdict]:
    return run_case(_clean, all_faults()[number], days)


def verdicts(
    clean: Clean, cases: Sequence[Case], processes: int
) -> Iterator[list[Verdict]]:
    """Yield each case's verdicts, in order."""
    numbers = {(f.id, f.variant): number for number, f in enumerate(all_faults())}
    if not cases:
        return
    asked = [(numbers[fault.id, fault.variant], days) for fault, days in cases]
    with ProcessPoolExecutor(
        processes, initializer=_remember, initargs=(clean,)
    ) as pool:
        yield from pool.map(_case, *zip(*asked, strict=True))


def main() -> None:
    """Run the command line; exit code 1 when a reaction is not the right one."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.faults", description=__doc__
    )
    parser.add_argument("ids", nargs="*", help="ids, or words of a variant; all")
    parser.add_argument("--accounts", type=int, default=250)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--usage", choices=("weekly", "daily"), default="weekly")
    parser.add_argument("--clean", action="store_true", help="the clean files alone")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--days",
        default=f"{FIRST},{LATER}",
        help="beside no earlier generation, or beside that of the day before",
    )
    parser.add_argument("--wrong", action="store_true", help="print only what is wrong")
    options = parser.parse_args()
    cases = list(chosen(options.ids, options.days.split(",")))
    with tempfile.TemporaryDirectory(prefix="bowtie-faults-") as scratch:
        clean = set_up(
            Path(scratch),
            options.accounts,
            any(LATER in days for _, days in cases),
            options.seed,
            options.usage,
        )
        for line in clean.false_alarms:
            print(f"FALSE ALARM on the clean files: {line}")
        found = []
        if options.clean:
            cases = []
        for (fault, days), judged in zip(
            cases, verdicts(clean, cases, options.processes), strict=True
        ):
            for day, verdict in zip(days, judged, strict=True):
                found.append((fault, day, verdict))
                if verdict.wrong or not options.wrong:
                    print(_line(fault, day, verdict), flush=True)
    for line in _totals(found):
        print(line)
    print(f"{len(clean.false_alarms)} alarms on the clean files themselves")
    sys.exit(bool(clean.false_alarms) or any(verdict.wrong for *_, verdict in found))


def _line(fault: Fault, day: str, verdict: Verdict) -> str:
    cells = (
        fault.id,
        fault.variant,
        day,
        fault.expected.letters,
        verdict.happened,
        f"WRONG: {verdict.wrong}" if verdict.wrong else "right",
    )
    return " | ".join(shown(cell, 120) for cell in cells)


def _totals(found: Sequence[tuple[Fault, str, Verdict]]) -> Iterator[str]:
    """Yield a table of faults caught and false alarms, by part of faults.md and day."""
    yield "| part | day | faults | caught | right | benign | false alarms | right |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|"
    parts = sorted({fault.id[0] for fault, *_ in found})
    for part, day in (*product(parts, (FIRST, LATER)), ("all", FIRST), ("all", LATER)):
        verdicts = [
            (fault.expected.letters == "A", verdict)
            for fault, its_day, verdict in found
            if its_day == day and part in ("all", fault.id[0])
        ]
        cells = [
            count
            for benign in (False, True)
            for count in _counts([v for is_a, v in verdicts if is_a == benign], benign)
        ]
        yield f"| {part} | {day} | {' | '.join(map(str, cells))} |"


def _counts(verdicts: Sequence[Verdict], benign: bool) -> tuple[int, int, int]:
    """Return how many there are, how many were noticed, and how many are right."""
    right = [verdict for verdict in verdicts if not verdict.wrong]
    noticed = [
        verdict
        for verdict in verdicts
        # What is refused on purpose is noticed without a word.
        if not verdict.happened.startswith("A:") or (not benign and not verdict.wrong)
    ]
    return len(verdicts), len(noticed), len(right)
