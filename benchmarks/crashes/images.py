"""Judges what a kill would leave, at every point of a whole run, without killing it.

To run as far as each of three thousand points, and to kill there, takes weeks. Instead
one run goes on, and stops at each point with all that works for it. Its home is copied
as it is on the disk, which is what a kill -9 at this point leaves, and the copy is
judged as a home in which a run was killed. That kills reach dbt and the kernel, and
what is left outside of the home, `nodes.py`, `operations.py` and `troubles.py` see by
killing.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial, wraps
from pathlib import Path
from time import sleep
from typing import Any

from benchmarks.crashes.nodes import run_company
from benchmarks.crashes.operations import on_operation
from benchmarks.crashes.stage import Campaign, Publish, Stage
from benchmarks.processes import start_process, wait
from bowtie import build
from bowtie.generations import current_generation
from bowtie.paths import Home

_NODE = re.compile(r'"name": ?"(LogStartLine|Log\w+Result)"')


def judge_all(home: Home, raw: Path, publish: Publish, every: int) -> Campaign:
    """Run once; judge every n-th point of each kind.

    Args:
        home: readers have a generation in it.
        raw: the raw files to run from.
        publish: the next run in a copy. Where the state of the last run is half a
            state, it is a whole run instead, as nothing else looks at that.
        every: n for nodes, checks and pages. Of file operations, which are the ones
            that change what readers have, four times as many; of the steps of a
            folder's removal, which are many and alike, a tenth.

    """
    campaign = Campaign("where a kill would find a whole run")
    points: Counter[str] = Counter()
    before = current_generation(home)
    # It lives on while copies of its home are judged, and so do its temporary files.
    temporary = home.root.with_name("of-the-run")
    temporary.mkdir()
    (reading, telling), (waiting, going_on) = os.pipe(), os.pipe()

    def run_on() -> None:
        os.close(reading)
        os.close(going_on)
        tempfile.tempdir = os.environ["TMPDIR"] = str(temporary)
        _pause_at_points(Pauses(home, every, telling, waiting))
        run_company(raw)(home)

    runs = start_process(run_on)
    os.close(telling)
    os.close(waiting)
    with os.fdopen(reading, encoding="utf-8") as told:
        for line in told:
            point = line.strip()
            points[point.split()[0]] += 1
            if points.total() % 20 == 0:
                print(f"  {points.total()} points, now {point}", file=sys.stderr)
            copy = _copied(home)
            is_new = current_generation(copy) != before
            campaign.ended["new" if is_new else "old"] += 1
            next_run = run_company(raw) if _has_half_a_state(copy) else publish
            problems = Stage(copy, next_run).problems_after()
            campaign.problems += [f"{point}: {problem}" for problem in problems]
            shutil.rmtree(copy.root)
            os.write(going_on, b".")
    if status := wait(runs):
        campaign.problems.append(f"the run that was looked at ended with {status}")
    campaign.problems += [f"{path}: left over" for path in temporary.iterdir()]
    counts = ", ".join(f"{count} {kind}s" for kind, count in sorted(points.items()))
    campaign.name += f" ({counts})"
    return campaign.done()


def _copied(home: Home) -> Home:
    """Return a copy of a home; nobody writes to generations, so they share files."""
    copy = Home.at(home.root.with_name("copy"))
    kept = str(home.releases)

    def copied(source: str, target: str) -> object:
        return (os.link if source.startswith(kept) else shutil.copy2)(source, target)

    shutil.copytree(home.root, copy.root, symlinks=True, copy_function=copied)
    return copy


def _has_half_a_state(home: Home) -> bool:
    """Return whether a kill came between the two files of the state."""
    return home.state.is_dir() and len(list(home.state.iterdir())) < 2


@dataclass
class Pauses:
    """What a run does at a point: it stops all that works for it, tells, and waits."""

    home: Home
    every: int
    telling: int
    waiting: int
    seen: Counter[str] = field(default_factory=Counter)

    def at(self, kind: str, what: str, every: int | None = None) -> None:
        """Pause, if this is an n-th point of its kind."""
        self.seen[kind] += 1
        if self.seen[kind] % (every or self.every):
            return
        with _stopped(_children()):
            os.write(self.telling, f"{kind} {self.seen[kind]} {what}\n".encode())
            os.read(self.waiting, 1)


def _pause_at_points(pauses: Pauses) -> None:
    """Have this process pause where dbt, a check, a report or a file is touched."""
    from bowtie.checks import judge
    from bowtie.checks import run as checks
    from bowtie.reporting import render

    read = build._Events.read

    def told(events: build._Events, line: str) -> Iterator[str]:
        if found := _NODE.search(line):
            pauses.at("node", "began" if found[1] == "LogStartLine" else "ended")
        return read(events, line)

    build._Events.read = told
    checks.measure = _between(pauses, "check", checks.measure)
    judge.judge = _between(pauses, "check", judge.judge)
    render._rendered = _between(pauses, "page", render._rendered)
    on_operation(pauses.home.root, partial(_at_operation, pauses))


def _between(pauses: Pauses, kind: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """Return the same work, with a pause before and after."""

    @wraps(work)
    def paused(*arguments: Any, **options: Any) -> Any:
        pauses.at(kind, "began")
        try:
            return work(*arguments, **options)
        finally:
            pauses.at(kind, "ended")

    return paused


def _at_operation(pauses: Pauses, number: int, event: str, path: str) -> None:
    """Pause before a file operation."""
    is_removal = event in ("os.remove", "os.rmdir") and not path.startswith("/")
    if is_removal:
        pauses.at("removal", path, pauses.every * 10)
    else:
        pauses.at("operation", f"{event} {path}", max(1, pauses.every // 4))


# --- Processes ------------------------------------------------------------------------


def _children() -> list[int]:
    """Return the processes that this one started, and those that they did."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            about = (folder / "stat").read_text()
        except OSError:
            continue
        parents[int(folder.name)] = int(about.rpartition(") ")[2].split()[1])
    found = [os.getpid()]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found[1:]


@contextmanager
def _stopped(processes: list[int]) -> Iterator[None]:
    """Stop processes, every thread of them; let them go on afterwards."""
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    while not all(map(_is_still, processes)):
        sleep(0.001)
    yield
    for process in processes:
        os.kill(process, signal.SIGCONT)


def _is_still(process: int) -> bool:
    """Return whether no thread of a process runs any more."""
    states = []
    for thread in Path(f"/proc/{process}/task").glob("*/stat"):
        try:
            states.append(thread.read_text().rpartition(") ")[2][0])
        except OSError:
            continue
    return all(state in "TtZX" for state in states)
