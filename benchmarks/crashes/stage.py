"""A home to publish into, and what must hold in it whatever happened."""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from time import monotonic

import duckdb

from benchmarks.processes import (
    CRASHED,
    PUBLISHED,
    REFUSED,
    must_publish,
    start_process,
    wait,
)
from bowtie import run
from bowtie.generations import Release, current_generation, releases
from bowtie.lock import sole_workplace
from bowtie.paths import DATABASE, Home, Workplace
from bowtie.publish import finish, write_draft
from bowtie.run import Candidate, Request, build_only

Publish = Callable[[Home], object]

AS_OF = date(2025, 12, 31)
_BELONGS = {
    *("current", "erased-accounts", "lock", "releases", "rolled-back", "state", "work"),
    *(DATABASE, "made_from.json"),
}

_SMALL_COMPANY = """
    create schema core;
    create schema revenue;
    create table core.accounts (account_id varchar primary key, arr decimal(18, 2));
    insert into core.accounts select 'A' || i, i from range(2000) as r (i);
    create table revenue.arr_monthly as
    select account_id, range as month from core.accounts, range(12);
    create view revenue.totals as select sum(arr) as arr from core.accounts;
"""


def small_company(folder: Path) -> Publish:
    """Return what publishes a candidate made by hand: each step, in little time."""
    made = folder / "small.duckdb"

    def make() -> None:
        with duckdb.connect(str(made)) as candidate:
            candidate.execute(_SMALL_COMPANY)

    def publish(home: Home) -> None:
        with sole_workplace(home) as workplace:
            shutil.copy(made, workplace.database)
            finish(write_draft(home, workplace, AS_OF), {})
            workplace.remove()

    must_publish(start_process(make))
    return publish


def simulated_raw(folder: Path) -> Path:
    """Return a folder of raw files that no check has a word to say about."""
    from bowtie.simulator import simulate

    raw = folder / "raw"
    if not raw.exists():
        simulate(40, 13, 3, raw, AS_OF, "weekly")
    return raw


def simulated_company(folder: Path) -> Publish:
    """Return a run that only takes its candidate from a build of before.

    It is built once, from raw files in folder/raw: checked, reported on, published and
    left to the next run each time.
    """
    request = Request.of(folder / "built", simulated_raw(folder), AS_OF.isoformat())
    kept = folder / "candidate.pickle"

    def make() -> None:
        kept.write_bytes(pickle.dumps(build_only(request)))

    def take(here: Request, workplace: Workplace) -> Candidate:
        candidate = pickle.loads(kept.read_bytes())
        built = candidate.workplace
        workplace.target.mkdir()
        for name in (DATABASE, "target/manifest.json", "target/run_results.json"):
            shutil.copy(built.folder / name, workplace.folder / name)
        return replace(candidate, request=here, workplace=workplace)

    def publish(home: Home) -> None:
        # In a process of its own: nobody else's builds are replaced.
        run.build_candidate = take
        run.run(replace(request, home=home))

    must_publish(start_process(make))
    return publish


@dataclass
class Campaign:
    """Rounds of one kind: how many, how they ended, and what was wrong after any."""

    name: str
    ended: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    started: float = field(default_factory=monotonic)
    seconds: float = 0

    def done(self) -> Campaign:
        """Take the time; return itself."""
        self.seconds = monotonic() - self.started
        return self

    def row(self) -> str:
        """Return the line of the table that is printed."""
        return (
            f"| {self.name} | {self.ended.total():,} | {self.ended['old']:,} "
            f"| {self.ended['new']:,} | {len(self.problems)} | {self.seconds:.0f} s |"
        )


@dataclass(frozen=True)
class Stage:
    """A home, and what publishes into it.

    All that opens a database happens in processes of their own, forked from one that
    never did: none inherits threads, locks or open files.
    """

    home: Home
    publish: Publish

    def start(self, prepare: Callable[[], object] = lambda: None) -> int:
        """Start to publish in a process that prepares itself; return its number."""
        return start_process(lambda: (prepare(), self.publish(self.home)))

    def run(self, prepare: Callable[[], object]) -> int:
        """Publish in a process that prepares itself; return how it ended."""
        return wait(self.start(prepare))

    def publish_whole(self) -> None:
        """Publish undisturbed, which must succeed."""
        must_publish(self.start())

    def judge(
        self,
        campaign: Campaign,
        point: str,
        disturbed: Callable[[], int],
        others_publish: bool = False,
    ) -> None:
        """Disturb a run, and note what does not hold afterwards.

        Args:
            campaign: gets how the run ended, and what does not hold.
            point: what was done to it, or where.
            disturbed: does it, and returns how the run ended.
            others_publish: whether other runs published meanwhile.

        """
        before = current_generation(self.home)
        status = disturbed()
        after = current_generation(self.home)
        killed_late = status < 0 and after != before
        published = status == PUBLISHED or killed_late
        campaign.ended["new" if published else "old"] += 1
        problems = [] if status != CRASHED else ["ended with a traceback"]
        if status == PUBLISHED and after == before:
            problems.append("said that it published, and did not")
        if status == REFUSED and after != before and not others_publish:
            problems.append("said that it published nothing, and did")
        problems += self.problems_after()
        campaign.problems += [f"{point}: {problem}" for problem in problems]

    def problems_after(self) -> list[str]:
        """Return what does not hold in the home now, and after a next run."""
        problems = self._in_process(torn)
        if (status := wait(self.start())) != PUBLISHED:
            problems.append(f"the next run ended with {status}")
        return problems + self._in_process(torn) + list(left_over(self.home))

    def _in_process(self, look: Callable[[Home], Iterator[str]]) -> list[str]:
        """Return what a look at the home finds, looking from another process."""
        reading, writing = os.pipe()
        process = start_process(
            lambda: os.write(writing, "\n".join(look(self.home)).encode()[:60_000])
        )
        os.close(writing)
        with os.fdopen(reading, "r", encoding="utf-8") as told:
            problems = told.read().splitlines()
        if status := wait(process):
            problems.append(f"cannot be read (status {status})")
        return problems


def torn(home: Home) -> Iterator[str]:
    """Yield what is wrong with the generations that readers can find."""
    listed = releases(home)
    if sum(release.is_current for release in listed) != 1:
        yield "readers find no generation"
    for release in listed:
        yield from release.differences()
        if release.is_current:
            yield from _miscounted(release)


def _miscounted(release: Release) -> Iterator[str]:
    """Yield the tables that do not open with as many rows as the manifest says."""
    database = str(release.folder / DATABASE)
    with duckdb.connect(database, read_only=True) as opened:
        for name, table in release.tables.items():
            if opened.table(name).shape[0] != table["rows"]:
                yield f"{name}: not as many rows as the manifest says"


def left_over(home: Home) -> Iterator[str]:
    """Yield what no run needs, and none removed."""
    belongs = _BELONGS | {release.generation for release in releases(home)}
    temporary = Path(tempfile.gettempdir())
    for folder in (home.root, home.releases, home.work, home.state, temporary):
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name not in belongs:
                yield f"{path}: left over"


def new_home(folder: Path) -> Home:
    """Return an empty home in a folder."""
    home = Home.at(folder)
    home.make()
    return home
