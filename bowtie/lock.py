"""One run at a time: whoever holds HOME/lock may write there.

The kernel lets go of the lock when its holder ends, however it ends. Should two hold
it all the same (the file was removed, the file system knows no locks), the later one
wins: it takes away the folder without which the earlier one can publish nothing.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from bowtie.errors import BowtieError, Interruption, disk_problem
from bowtie.generations import current_generation
from bowtie.paths import Home, Workplace, no_right_for_others


@contextmanager
def only_run(home: Home) -> Iterator[None]:
    """Hold the lock of a home, or say who does.

    Raises:
        BowtieError: another run is under way.

    """
    descriptor = os.open(home.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _under_way(home, descriptor) from None
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()}, since {since}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def refuse_during_a_run(home: Home) -> None:
    """Raise BowtieError if a run is under way; its candidate is not whole yet.

    Asks for a share of the lock and lets go of it at once: a look keeps no run out.
    """
    if not home.lock.is_file():
        return
    descriptor = os.open(home.lock, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _under_way(home, descriptor) from None
    finally:
        os.close(descriptor)


def _under_way(home: Home, descriptor: int) -> BowtieError:
    """Return what a command says that finds the lock held."""
    holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip()
    return BowtieError(
        f"another run is under way in {home.root} "
        f"({holder or 'just started'}); wait until it ends"
    )


@contextmanager
def sole_workplace(home: Home) -> Iterator[Workplace]:
    """Hold the home's lock and yield an empty private folder.

    The folder of the last run that failed stays for a look until the next one.

    Raises:
        BowtieError: another run is under way or took over, or the disk refused.
        Interruption: the command was ended; it says what readers have.

    """
    workplace = None
    before = current_generation(home)
    try:
        with no_right_for_others():
            home.make()
            with only_run(home):
                workplace = Workplace.new(home)
                home.remove_other_work(workplace)
                yield workplace
    except (KeyboardInterrupt, SystemExit) as end:
        now = current_generation(home)
        left = "nothing was published" if now == before else f"readers have {now} now"
        raise Interruption(f"interrupted; {left}", end) from None
    except OSError as error:
        if workplace and not workplace.is_claimed:
            raise taken_over(home) from error
        raise BowtieError(
            f"{disk_problem(error, '--home', home.root)}; nothing was published"
        ) from error


def taken_over(home: Home) -> BowtieError:
    """Return what a run says that finds its folder gone."""
    return BowtieError(
        f"another run took over {home.root} while this one was held up; "
        "this one published nothing"
    )
