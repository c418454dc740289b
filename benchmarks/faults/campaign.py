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
    # The generation of the day before, and the reaction beside it.
    previous: Path
    later: Reaction


def set_up(scratch: Path, accounts: int) -> Clean:
    """Simulate the company on two days, compile the project and build both."""
    bench = Bench.set_up(scratch / "compiled")
    company = Company(scratch / "company", AS_OF, accounts, 11, "weekly")
    before, raw = scratch / "before", scratch / "raw"
    company.deliver(DAY_BEFORE, before)
    company.deliver(AS_OF, raw)
    for name in ("built-before", "built-first", "built-later"):
        (scratch / name).mkdir()
    yesterday = bench.as_of(DAY_BEFORE).take(before, scratch / "built-before")
    check(yesterday, None)
    previous = yesterday.database
    today = bench.as_of(AS_OF)
    first = today.take(raw, scratch / "built-first")
    check(first, None)
    assert previous and first.database, [*yesterday.blocks, *first.blocks]
    later = today.take(raw, scratch / "built-later", first.database)
    check(later, previous)
    return Clean(today, raw, first, previous, later)


def run_case(clean: Clean, fault: Fault, later: bool) -> Verdict:
    """Put a fault into a copy of the clean files, and judge the reaction."""
    started = time.monotonic()
    beside = clean.later if later else clean.first
    with tempfile.TemporaryDirectory(dir=clean.raw.parent) as scratch:
        raw, work = Path(scratch, "raw"), Path(scratch, "work")
        shutil.copytree(clean.raw, raw)
        work.mkdir()
        injected = fault.inject(Delivery(raw))
        reaction = clean.bench.take(raw, work, clean.first.database)
        check(reaction, clean.previous if later else None)
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
    parser.add_argument("--days", default="first", help="first, later, or first,later")
    parser.add_argument("--wrong", action="store_true", help="print only what is wrong")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bowtie-faults-") as scratch:
        clean = set_up(Path(scratch), options.accounts)
        cases = list(chosen(options.ids, options.days.split(",")))
        wrong = 0
        found = verdicts(clean, cases, options.processes)
        for (fault, later), verdict in zip(cases, found, strict=True):
            wrong += bool(verdict.wrong)
            if verdict.wrong or not options.wrong:
                print(_line(fault, later, verdict), flush=True)
    print(f"{len(cases)} cases, {len(cases) - wrong} right, {wrong} wrong")
    sys.exit(bool(wrong))


def _line(fault: Fault, later: bool, verdict: Verdict) -> str:
    end = f"WRONG, {verdict.wrong}" if verdict.wrong else "right"
    cells = (fault.id, fault.variant, "later" if later else "first", fault.expected.letters,
             verdict.happened[:110], end[:150], f"{verdict.seconds:.1f} s")  # fmt: skip
    return " | ".join(cell.replace("\n", "\\n")[:160] for cell in cells)
