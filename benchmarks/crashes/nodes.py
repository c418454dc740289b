"""Kills a whole run, or dbt alone, when a dbt node is done; changes its input too.

The end of one node is the beginning of the next, or the midst of others where dbt
has more threads than one.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
from collections.abc import Callable, Mapping
from functools import partial
from itertools import cycle
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from benchmarks.crashes.stage import AS_OF, Campaign, Publish, Stage
from benchmarks.processes import start_process, wait
from bowtie import build
from bowtie.paths import Home
from bowtie.run import Request, run


def run_company(raw: Path) -> Publish:
    """Return what runs raw files from landing to flip."""
    return lambda home: run(Request.of(home.root, raw, AS_OF.isoformat()))


def kills(stage: Stage, raw: Path, nodes: int, seed: int = 1) -> Campaign:
    """Kill when the n-th node is done, at some nodes chosen at random.

    The stage publishes a candidate that is there already: that shows that what the
    killed run left is no hindrance. Every other time it is dbt alone that is killed.
    """
    campaign = Campaign("killed when a dbt node was done")
    total = count_nodes(raw, stage.home)
    numbers = sorted(random.Random(seed).sample(range(1, total + 1), nodes))
    for number, kill in zip(numbers, cycle((_kill_run, _kill_dbt))):
        stage.judge(
            campaign,
            f"{kill.__name__.strip('_')} at node {number}",
            partial(_run_and, raw, stage.home, number, kill),
        )
    return campaign.done()


def changed_input(stage: Stage, raw: Path) -> Campaign:
    """Change a raw file while dbt builds from what was landed."""
    campaign = Campaign("a raw file changed during the build")
    file = raw / "crm_accounts.parquet"
    content = file.read_bytes()

    def change(dbt: int) -> None:
        file.write_bytes(content + b"more")

    stage.judge(campaign, file.name, partial(_run_and, raw, stage.home, 5, change))
    file.write_bytes(content)
    return campaign.done()


def count_nodes(raw: Path, home: Home) -> int:
    """Run once, undisturbed; return how many nodes that took."""
    reading, writing = os.pipe()
    process = start_process(
        lambda: (
            _on_node(lambda number, dbt: os.write(writing, b".")),
            run_company(raw)(home),
        )
    )
    os.close(writing)
    with os.fdopen(reading, "rb") as counted:
        nodes = len(counted.read())
    if wait(process) != 0:
        raise RuntimeError("the undisturbed run did not publish")
    return nodes


def _run_and(raw: Path, home: Home, number: int, act: Callable[[int], object]) -> int:
    """Run, and act when the n-th node is done; return how it ended, and dbt too."""

    def react(seen: int, dbt: int) -> None:
        if seen == number:
            act(dbt)

    process = start_process(lambda: (_on_node(react), run_company(raw)(home)))
    status = wait(process)
    _expect_no_dbt(home)
    return status


def _kill_run(dbt: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _kill_dbt(dbt: int) -> None:
    os.kill(dbt, signal.SIGKILL)


def _on_node(react: Callable[[int, int], object]) -> None:
    """Have this process react when a node is done: to its number, and dbt's process."""
    seen, started = 0, []
    popen, node_ended = subprocess.Popen, build._Events._node_ended

    def remembered(*arguments: Any, **options: Any) -> subprocess.Popen[str]:
        started.append(popen(*arguments, **options))
        return started[-1]

    def ended(events: build._Events, data: Mapping[str, Any]) -> str:
        nonlocal seen
        seen += 1
        react(seen, started[-1].pid)
        return node_ended(events, data)

    build.subprocess.Popen = remembered
    build._Events._node_ended = ended


def _expect_no_dbt(home: Home) -> None:
    """Wait a moment until no dbt works in a home any more."""
    deadline = monotonic() + 5
    while monotonic() < deadline:
        if not any(_works_in(home, process) for process in Path("/proc").iterdir()):
            return
        sleep(0.05)
    raise RuntimeError("dbt went on after its run had ended")


def _works_in(home: Home, process: Path) -> bool:
    """Return whether a process is a dbt that was started for a home."""
    try:
        command = (process / "cmdline").read_text("utf-8", "replace")
    except OSError:
        return False
    return "bowtie.dbt_process" in command and str(home.work) in command
