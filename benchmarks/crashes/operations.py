"""Kills or stops a run at the n-th thing that Python does to its files.

The operations are Python's audit events, and fsync, which has none. What the engine
does to its files by itself is out of sight here; `system_calls.py` sees that too.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeGuard

from benchmarks.crashes.stage import Campaign, Stage
from benchmarks.processes import PUBLISHED, wait
from bowtie.generations import current_generation

# How many of each event's arguments are paths.
_PATHS = dict.fromkeys(
    ("open", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "os.truncate"), 1
) | dict.fromkeys(("os.rename", "os.symlink", "os.link"), 2)


def kills(stage: Stage, every: int = 1) -> Campaign:
    """Kill a run before each operation; what is before one is after another."""
    campaign = Campaign("killed before each file operation")
    for number in range(1, count_operations(stage) + 1, every):
        die = partial(_signal_at, stage.home.root, number, signal.SIGKILL)
        stage.judge(campaign, f"operation {number}", partial(stage.run, die))
    return campaign.done()


def takeovers(stage: Stage, every: int = 1) -> Campaign:
    """Stop a run before each operation, let another take its lock, let it go on."""
    campaign = Campaign("stopped before each file operation, overtaken, resumed")
    for number in range(1, count_operations(stage) + 1, every):
        point, overtaken = f"operation {number}", partial(_overtake, stage, number)
        stage.judge(campaign, point, overtaken, others_publish=True)
    return campaign.done()


def count_operations(stage: Stage) -> int:
    """Publish once, undisturbed; return how many operations that took."""
    reading, writing = os.pipe()
    process = stage.start(
        lambda: on_operation(stage.home.root, lambda *about: os.write(writing, b"."))
    )
    os.close(writing)
    with os.fdopen(reading, "rb") as counted:
        operations = len(counted.read())
    if wait(process) != PUBLISHED:
        raise RuntimeError("the undisturbed run did not publish")
    return operations


def _overtake(stage: Stage, number: int) -> int:
    """Overtake a stopped run; return how the resumed one ended."""
    process = stage.start(partial(_signal_at, stage.home.root, number, signal.SIGSTOP))
    os.waitpid(process, os.WUNTRACED)
    # The lock would keep others out for as long as the process lives: someone who
    # thinks it dead removes it by hand.
    stage.home.lock.unlink(missing_ok=True)
    stage.publish_whole()
    newest = current_generation(stage.home)
    os.kill(process, signal.SIGCONT)
    status = wait(process)
    # One that had not begun to work may publish: it is the later run then.
    if str(current_generation(stage.home)) < str(newest):
        raise RuntimeError(f"a run resumed at operation {number} moved readers back")
    return status


def _signal_at(home: Path, number: int, signal_number: int) -> None:
    """Have this process send itself a signal before its n-th operation."""

    def react(seen: int, event: str, path: str) -> None:
        if seen == number:
            os.kill(os.getpid(), signal_number)

    on_operation(home, react)


def on_operation(home: Path, react: Callable[[int, str, str], object]) -> None:
    """Call back before each operation of this process on a file below a home.

    What is called is told the operation's number, what it is called and its path.
    """
    seen = 0
    fsync = os.fsync

    def operation(event: str, path: str) -> None:
        nonlocal seen
        seen += 1
        react(seen, event, path)

    def audit(event: str, arguments: Sequence[object]) -> None:
        for path in arguments[: _PATHS.get(event, 0)]:
            if _is_below(home, path):
                operation(event, os.fsdecode(path))
                return

    def synced(descriptor: int) -> None:
        operation("fsync", "")
        fsync(descriptor)

    os.fsync = synced
    sys.addaudithook(audit)


def _is_below(home: Path, path: object) -> TypeGuard[str | bytes | os.PathLike]:
    """Return whether an event's argument is a path below a home, or relative to one."""
    if not isinstance(path, str | bytes | os.PathLike):
        return False
    name = os.fsdecode(path)
    return name.startswith(str(home)) or not name.startswith("/")
