"""Puts every fault into a clean company, and prints what became of it."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.clean_days.delivery import Company
from benchmarks.faults.bench import Bench, DayBench, Reaction, check
from benchmarks.faults.cases import all_faults
from benchmarks.faults.delivery import Delivery
from benchmarks.faults.expected import Seen
from benchmarks.faults.fault import Fault
from bowtie.landing.results import shown

AS_OF = date(2025, 11, 26)
DAY_BEFORE = date(2025, 11, 25)


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


def set_up(scratch: Path, accounts: int, with_day_before: bool = True) -> Clean:
    """Simulate the company, compile the project and build the clean days."""
    bench = Bench.set_up(scratch / "compiled")
    company = Company(scratch / "company", AS_OF, accounts, 11, "weekly")
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


def run_case(clean: Clean, fault: Fault, later: bool) -> Verdict:
    """Put a fault into a copy of the clean files, and judge the reaction."""
    started = time.monotonic()
    beside = clean.later if later else clean.first
    with tempfile.TemporaryDirectory(dir=clean.raw.parent) as scratch:
        raw = Path(scratch, "raw")
        shutil.copytree(clean.raw, raw)
        injected = fault.inject(Delivery(raw))
        previous = clean.previous if later else None
        work = Path(scratch, "work")
        reaction = _checked(clean.bench, raw, work, clean.first.database, previous)
        seen = Seen(reaction, beside, injected)
        wrong = fault.expected.judge(seen)
        said = [*reaction.blocks, *seen.new_warnings] or ["published"]
    letter = "B" if reaction.blocks else "warn" if seen.new_warnings else "A"
    happened = f"{letter}: {said[0]}"
    return Verdict(happened, wrong, time.monotonic() - started)


def chosen(
    patterns: Sequence[str], days: Sequence[str]
) -> Iterator[tuple[Fault, bool]]:
    """Yield the faults that `patterns` (ids, or words of the variant) choose."""
    for fault in all_faults():
        name = f"{fault.id} {fault.variant}"
        if patterns and not any(pattern in name for pattern in patterns):
            continue
        if "first" in days and not fault.only_later:
            yield fault, False
        if "later" in days or fault.only_later:
            yield fault, True


_clean: Clean


def _remember(clean: Clean) -> None:
    global _clean
    _clean = clean


def _case(number: int, later: bool) -> Verdict:
    return run_case(_clean, all_faults()[number], later)


def verdicts(
    clean: Clean, cases: Iterable[tuple[Fault, bool]], processes: int
) -> Iterator[Verdict]:
    """Yield each case's verdict, in order."""
    numbers = {(f.id, f.variant): number for number, f in enumerate(all_faults())}
    asked = [(numbers[fault.id, fault.variant], later) for fault, later in cases]
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
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--days",
        default="first,later",
        help="beside no earlier generation, or beside that of the day before",
    )
    parser.add_argument("--wrong", action="store_true", help="print only what is wrong")
    options = parser.parse_args()
    cases = list(chosen(options.ids, options.days.split(",")))
    with tempfile.TemporaryDirectory(prefix="bowtie-faults-") as scratch:
        with_day_before = any(later for _, later in cases)
        clean = set_up(Path(scratch), options.accounts, with_day_before)
        for line in clean.false_alarms:
            print(f"FALSE ALARM on the clean files: {line}")
        found = []
        for case, verdict in zip(
            cases, verdicts(clean, cases, options.processes), strict=True
        ):
            found.append((case[0], verdict))
            if verdict.wrong or not options.wrong:
                print(_line(*case, verdict), flush=True)
    for line in _totals(found):
        print(line)
    print(f"{len(clean.false_alarms)} alarms on the clean files themselves")
    sys.exit(bool(clean.false_alarms) or any(verdict.wrong for _, verdict in found))


def _line(fault: Fault, later: bool, verdict: Verdict) -> str:
    cells = (
        fault.id,
        fault.variant,
        "later" if later else "first",
        fault.expected.letters,
        verdict.happened,
        f"WRONG: {verdict.wrong}" if verdict.wrong else "right",
    )
    return " | ".join(shown(cell, 120) for cell in cells)


def _totals(found: Sequence[tuple[Fault, Verdict]]) -> Iterator[str]:
    """Yield what was caught of what should be, and false alarms on what should not."""
    harmful = [v for fault, v in found if fault.expected.letters != "A"]
    benign = [v for fault, v in found if fault.expected.letters == "A"]
    caught = sum(not verdict.happened.startswith("A:") for verdict in harmful)
    right = sum(not verdict.wrong for verdict in harmful)
    alarms = sum(not verdict.happened.startswith("A:") for verdict in benign)
    as_before = sum(not verdict.wrong for verdict in benign)
    yield (
        f"{len(harmful)} faults: {caught} caught, {right} with the right reaction and "
        "words"
    )
    yield (
        f"{len(benign)} benign variations: {alarms} false alarms, {as_before} with the "
        "right figures"
    )
