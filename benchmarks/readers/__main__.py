"""Reads all marts from many processes through many publishes, and checks each read.

Every table of a generation holds that generation's number, in as many rows. A read
looks at all tables: they must be of one generation, whole, and not older than what the
same process read before. `make readers` prints what was found; the exit code is 1 if
anything was.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from time import monotonic, sleep

import duckdb

from benchmarks.processes import must_publish, start_process, wait
from bowtie.lock import sole_workplace
from bowtie.paths import DATABASE, PROJECT_DIR, Home
from bowtie.publish import finish, write_draft

_ROWS = 1000
# Reads over one connection, by those readers that keep theirs.
_READS_A_CONNECTION = 25
# Seconds between two reads of a process: long enough to leave the publisher some of
# the machine, short enough for each to see every generation.
_PAUSE = 0.2
_FORK = get_context("fork")

# Lowest numbers, highest numbers and counts of rows, of all tables.
Found = list[tuple[int, ...]]


@dataclass(frozen=True)
class Seen:
    """What the processes say to each other."""

    reads: Synchronized
    problems: Synchronized
    stop: Synchronized

    def add(self, read: Synchronized) -> None:
        """Count one."""
        with read.get_lock():
            read.value += 1


def main() -> None:
    """Publish while others read; print how that went."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readers")
    parser.add_argument("--processes", type=int, default=16)
    parser.add_argument("--publishes", type=int, default=20)
    parser.add_argument("--reads", type=int, default=5000, help="at least")
    options = parser.parse_args()
    seen = Seen(*(_FORK.Value("q", 0) for _ in range(3)))
    started = monotonic()
    with tempfile.TemporaryDirectory(prefix="bowtie-readers-") as folder:
        home = Home.at(Path(folder) / "home")
        must_publish(start_process(lambda: _publish(home, 1)))
        readers = [
            start_process(partial(_read_on, home, kind, seen))
            for kind in range(options.processes)
        ]
        for number in range(options.publishes):
            _wait_for_reads(seen, options.reads * number // options.publishes)
            must_publish(start_process(partial(_publish, home, number + 2)))
        _wait_for_reads(seen, options.reads)
        seen.stop.value = 1
        failed = sum(wait(reader) != 0 for reader in readers)
    print(
        f"{seen.reads.value:,} reads of {len(_marts())} tables, {options.processes} "
        f"processes, {options.publishes} publishes: {seen.problems.value} reads torn "
        f"or older than the one before, {failed} processes failed; "
        f"{monotonic() - started:.0f} s"
    )
    sys.exit(bool(seen.problems.value or failed))


def _marts() -> list[str]:
    """Return the names of all marts, as `schema.table`."""
    marts = PROJECT_DIR / "models" / "marts"
    return [f"{path.parent.name}.{path.stem}" for path in sorted(marts.glob("*/*.sql"))]


def _publish(home: Home, number: int) -> None:
    """Publish a generation whose every table holds its number."""
    with sole_workplace(home) as workplace:
        with duckdb.connect(str(workplace.database)) as candidate:
            for name in _marts():
                candidate.execute(
                    f"create schema if not exists {name.partition('.')[0]}"
                )
                candidate.execute(
                    f"create table {name} as select {number} as generation, range as i "
                    f"from range({_ROWS + number})"
                )
        finish(write_draft(home, workplace, date(2025, 12, 31)), {})
        workplace.remove()


def _wait_for_reads(seen: Seen, reads: int) -> None:
    """Wait until there were that many reads, or a reader failed."""
    while seen.reads.value < reads and not seen.stop.value:
        sleep(0.01)


# --- The readers ----------------------------------------------------------------------


def _read_on(home: Home, kind: int, seen: Seen) -> None:
    """Read until told to stop; a third of the processes each way."""
    ways = (_through_current, _parquet_of_one_generation, _over_one_connection)
    newest = 0
    # Sixteen readers would leave a publisher a ninth of two cores, and twenty publishes
    # would take as long as ten thousand reads.
    os.nice(10)
    try:
        while not seen.stop.value:
            for lows, highs, counts in ways[kind % len(ways)](home):
                seen.add(seen.reads)
                number = max(highs)
                is_whole = {*lows, *highs} == {number} and {*counts} == {_ROWS + number}
                if not is_whole or number < newest:
                    seen.add(seen.problems)
                newest = number
                sleep(_PAUSE)
    finally:
        seen.stop.value = 1


def _through_current(home: Home) -> Iterator[Found]:
    """Open `current` anew for each read."""
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as opened:
        yield _found(opened, _marts())


def _parquet_of_one_generation(home: Home) -> Iterator[Found]:
    """Follow `current` once, then read many files from where it led."""
    folder = home.current.resolve() / "parquet"
    files = [f"'{folder}/{name.replace('.', '/')}.parquet'" for name in _marts()]
    with duckdb.connect() as connection:
        yield _found(connection, files)


def _over_one_connection(home: Home) -> Iterator[Found]:
    """Keep a file open for many reads, as BI tools do."""
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as opened:
        for _ in range(_READS_A_CONNECTION):
            yield _found(opened, _marts())


def _found(connection: duckdb.DuckDBPyConnection, sources: list[str]) -> Found:
    """Look at every row of every table; return what each holds."""
    looked = " union all ".join(
        f"select min(generation), max(generation), count(*) from {source}"
        for source in sources
    )
    return list(zip(*connection.execute(looked).fetchall(), strict=True))


if __name__ == "__main__":
    main()
