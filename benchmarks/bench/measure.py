"""Runs a command and watches it: seconds, memory of all its processes, spill."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

_PAGE = os.sysconf("SC_PAGE_SIZE")
_EVERY_SECONDS = 0.1


@dataclass
class Measured:
    """One run: seconds by the clock and of all cores, peak bytes in memory and spill.

    `lines` are what it printed, each with the seconds after which it did. On a machine
    that others use too, the seconds of cores are what can be compared.
    """

    seconds: float = 0.0
    core_seconds: float = 0.0
    memory: int = 0
    spill: int = 0
    lines: list[tuple[float, str]] = field(default_factory=list)

    def between(self, first: str, second: str | None = None) -> float:
        """Return the seconds between two lines; or to the end."""
        starts = self._at(first)
        return (self.seconds if second is None else self._at(second)) - starts

    def _at(self, wanted: str) -> float:
        return next(at for at, line in self.lines if line == wanted)


def measured(
    command: Sequence[str | Path],
    folder: Path,
    spill_under: Path,
    environment: Mapping[str, str] | None = None,
) -> Measured:
    """Run a command to its end, and watch all of its processes.

    Args:
        command: program and arguments.
        folder: where it runs.
        spill_under: files in folders `*.tmp` near its top are spilled rows.
        environment: variables; the caller's own by default.

    Raises:
        RuntimeError: it failed; with the last lines that it printed.

    """
    result = Measured()
    started = monotonic()
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        watcher = threading.Thread(
            target=_watch, args=(process, result, spill_under), daemon=True
        )
        watcher.start()
        assert process.stdout is not None
        for line in process.stdout:
            result.lines.append((monotonic() - started, line.rstrip()))
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        result.seconds = monotonic() - started
        result.core_seconds = used.ru_utime + used.ru_stime
        watcher.join()
    if process.returncode:
        said = "\n".join(line for _, line in result.lines[-5:])
        raise RuntimeError(f"{command[0]} ended with {process.returncode}:\n{said}")
    return result


def _watch(process: subprocess.Popen[str], result: Measured, spill_under: Path) -> None:
    while process.returncode is None:
        result.memory = max(result.memory, sum(_resident(process.pid)))
        result.spill = max(result.spill, _spilled(spill_under))
        sleep(_EVERY_SECONDS)


def _resident(root: int) -> Iterator[int]:
    """Yield the bytes in memory of a process and all that it started, in turn."""
    children: dict[int, list[int]] = {}
    pages: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # The name, in brackets, may hold spaces.
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # It has just ended.
        children.setdefault(int(stat[1]), []).append(int(folder.name))
        pages[int(folder.name)] = int(stat[21])
    found = [root]
    for process in found:
        found += children.get(process, [])
        yield pages.get(process, 0) * _PAGE


def _spilled(folder: Path) -> int:
    """Return the bytes in spill files near the top of a folder."""
    try:
        return sum(
            path.stat().st_size
            for depth in range(3)
            for path in folder.glob("*/" * depth + "*.tmp/*")
        )
    except OSError:
        return 0  # One of them has just gone.
