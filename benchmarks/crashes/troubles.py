"""Troubles that are no matter of a single operation: one round each, or a few."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import duckdb

from benchmarks.crashes.stage import Campaign, Publish, Stage, new_home
from benchmarks.processes import PUBLISHED, start_process, wait
from bowtie import lock, paths, publish
from bowtie.generations import current_generation


def random_kills(stage: Stage, rounds: int, seed: int = 1) -> Campaign:
    """Kill runs at random times."""
    campaign, draw = Campaign("killed at a random time"), random.Random(seed)
    started = monotonic()
    stage.publish_whole()
    takes = monotonic() - started
    for number in range(rounds):
        after = draw.uniform(0, takes)
        stage.judge(campaign, f"round {number}", partial(_killed, stage, after))
    return campaign.done()


def troubles(stage: Stage) -> Campaign:
    """Give runs every trouble that needs no right of the machine's owner."""
    campaign = Campaign("two runs, leftovers, open files, clock, small files")
    for trouble in (
        _four_runs_at_once,
        _left_overs,
        _reader_holds_the_file,
        _clock_jumps_back,
        _files_may_not_grow,
    ):
        name = trouble.__name__.strip("_").replace("_", " ")
        at_once = trouble is _four_runs_at_once
        stage.judge(campaign, name, partial(trouble, stage), others_publish=at_once)
    return campaign.done()


def read_only_folder(stage: Stage) -> Campaign:
    """Publish into a folder that is read-only, whoever asks."""
    campaign = Campaign("a read-only folder")
    stage.judge(campaign, "read-only", partial(_read_only, stage))
    return campaign.done()


def full_disk(folder: Path, publish: Publish) -> Campaign:
    """Publish onto a disk of its own, with ever more room, always too little."""
    campaign = Campaign("a disk with too little room")
    disk = folder / "disk"
    disk.mkdir()
    with _mounted("-t", "tmpfs", "-o", "size=1g", "tmpfs", str(disk)):
        stage = Stage(new_home(disk / "home"), publish)
        free = os.statvfs(disk).f_bavail
        stage.publish_whole()
        needed = free - os.statvfs(disk).f_bavail
        for share in (0.01, 0.2, 0.4, 0.6, 0.8, 0.95):
            too_little = partial(_too_little_room, stage, int(share * needed))
            stage.judge(campaign, f"{share:.0%} of the room", too_little)
    return campaign.done()


# --- The troubles ---------------------------------------------------------------------


def _killed(stage: Stage, after: float) -> int:
    """Kill a run after some seconds."""
    process = stage.start()
    sleep(after)
    os.kill(process, signal.SIGKILL)
    return wait(process)


def _four_runs_at_once(stage: Stage) -> int:
    """Start four runs; one at least must publish."""
    statuses = [wait(process) for process in [stage.start() for _ in range(4)]]
    return PUBLISHED if PUBLISHED in statuses else max(statuses)


def _left_overs(stage: Stage) -> int:
    """Leave what a killed run leaves: a log of writes, results of dbt, a generation."""
    stale = stage.home.work / "20200101T000000Z-1" / "target"
    stale.mkdir(parents=True)
    (stale / "run_results.json").write_text("{}")
    for folder in (stale.parent, stage.home.work):
        (folder / "bowtie.duckdb.wal").write_bytes(b"\0" * 4096)
    number = int(str(current_generation(stage.home))[:6]) + 1
    (stage.home.releases / f"{number:06d}-20200101").mkdir()
    return stage.run(lambda: None)


def _reader_holds_the_file(stage: Stage) -> int:
    """Publish while a process reads; it must read on, and find the new one after."""
    database = str(stage.home.current / paths.DATABASE)
    go_on, published = os.pipe()

    def read_on() -> None:
        with duckdb.connect(database, read_only=True) as reader:
            count = "select count(*) from core.accounts"
            before = reader.execute(count).fetchone()
            os.read(go_on, 1)
            if reader.execute(count).fetchone() != before:
                raise RuntimeError("the reader's rows changed")

    reader = start_process(read_on)
    status = stage.run(lambda: None)
    os.write(published, b".")
    return max(status, wait(reader))


def _clock_jumps_back(stage: Stage) -> int:
    """Publish a year ago."""

    class Earlier(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) - timedelta(days=365)

    def set_back() -> None:
        for module in (lock, paths, publish):
            module.datetime = Earlier

    return stage.run(set_back)


def _files_may_not_grow(stage: Stage) -> int:
    """Publish where no file may have more than a few bytes."""
    few = (64 * 1024, 64 * 1024)
    return stage.run(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, few))


def _read_only(stage: Stage) -> int:
    """Publish while nothing can be written."""
    home = str(stage.home.root)
    with _mounted("--bind", home, home), _mounted("-o", "remount,ro,bind", home):
        return stage.run(lambda: None)


def _too_little_room(stage: Stage, blocks: int) -> int:
    """Publish while another file leaves only some blocks of the disk free."""
    disk = stage.home.root.parent
    there = os.statvfs(disk)
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, (there.f_bavail - blocks) * there.f_frsize)
    try:
        return stage.run(lambda: None)
    finally:
        ballast.unlink()


@contextmanager
def _mounted(*arguments: str) -> Iterator[None]:
    """Mount something; needs the right to, which `unshare -r -m` gives."""
    subprocess.run(["mount", *arguments], check=True)
    try:
        yield
    finally:
        if "remount" not in arguments[1]:
            subprocess.run(["umount", arguments[-1]], check=True)
