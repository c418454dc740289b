"""Kills or starves a run at each system call that changes a file, the engine's too.

strace attaches to a run that waits, counts its calls, and at the n-th lets it die or
gives it an error. The engine works in one thread here, so that calls come in one order.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import sleep
from typing import Any

import duckdb

from benchmarks.crashes.stage import Campaign, Stage
from benchmarks.processes import wait
from bowtie.errors import BowtieError

_CALLS = (
    *("openat", "write", "writev", "pwrite64", "fsync", "fdatasync", "ftruncate"),
    *("rename", "mkdir", "unlink", "unlinkat", "rmdir", "symlink", "fallocate"),
)
_NEED_ROOM = (
    *("openat", "write", "writev", "pwrite64", "ftruncate", "fallocate"),
    *("rename", "mkdir", "symlink"),
)
_CALL = re.compile(r"(\w+)\((.*)")


@dataclass(frozen=True)
class Point:
    """The n-th call of its name in a run."""

    call: str
    number: int


def kills(stage: Stage, every: int = 1) -> Campaign:
    """Kill a run at each call, which is then not done."""
    name = "killed before each system call that changes a file"
    return _inject(stage, name, "signal=KILL", every)


def failures(stage: Stage, every: int = 1) -> Campaign:
    """Have one call fail as a broken disk has it, and all others work."""
    return _inject(stage, "an I/O error at each of these calls", "error=EIO", every)


def full_disks(stage: Stage, every: int = 1) -> Campaign:
    """Have all calls that need room fail, from the n-th of each name on."""
    name = "a full disk from each call on that needs room"
    return _inject(stage, name, "error=ENOSPC", every, _NEED_ROOM, onwards="+")


def _inject(
    stage: Stage,
    name: str,
    what: str,
    every: int,
    calls: tuple[str, ...] = _CALLS,
    onwards: str = "",
) -> Campaign:
    """Do the same to a run at each of its calls, one call a round."""
    if shutil.which("strace") is None:
        raise BowtieError("strace is not installed (on Debian: apt-get install strace)")
    campaign = Campaign(name)
    points = [point for point in _points(stage) if point.call in calls]
    for point in points[::every]:
        option = f"inject={point.call}:{what}:when={point.number}{onwards}"
        stage.judge(campaign, str(point), partial(_traced, stage, "-e", option))
    return campaign.done()


def _points(stage: Stage) -> list[Point]:
    """Publish once; return the calls that changed a file, in order."""
    log = stage.home.root.with_name("system-calls.log")
    _traced(stage, "-o", str(log), "-e", f"trace={','.join(_CALLS)}")
    points = list(_changes(log.read_text("utf-8", "replace").splitlines()))
    log.unlink()
    return points


def _changes(lines: list[str]) -> Iterator[Point]:
    """Yield the calls of a log that change a file; count all of the same name."""
    seen: Counter[str] = Counter()
    for line in lines:
        if called := _CALL.match(line):
            call, arguments = called.groups()
            seen[call] += 1
            reads = call == "openat" and not re.search("O_(WRONLY|RDWR)", arguments)
            if not reads:
                yield Point(call, seen[call])


def _traced(stage: Stage, *options: str) -> int:
    """Publish under strace; return how the run ended."""
    process = stage.start(_wait_for_strace)
    os.waitpid(process, os.WUNTRACED)
    with subprocess.Popen(
        ["strace", "-q", "-o", os.devnull, *options, "-p", str(process)],
        stderr=subprocess.DEVNULL,
    ):
        while "TracerPid:\t0\n" in Path(f"/proc/{process}/status").read_text():
            sleep(0.001)
        os.kill(process, signal.SIGCONT)
        return wait(process)


def _wait_for_strace() -> None:
    """Keep the engine to one thread, and wait."""
    connect = duckdb.connect

    def connect_alone(
        *arguments: Any, config: Mapping[str, str] | None = None, **options: Any
    ) -> duckdb.DuckDBPyConnection:
        return connect(*arguments, config={**(config or {}), "threads": "1"}, **options)

    duckdb.connect = connect_alone
    os.kill(os.getpid(), signal.SIGSTOP)
