"""One run at a time: whoever holds HOME/lock may write there.

The kernel lets go of the lock when its holder ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from bowtie.errors import BowtieError
from bowtie.paths import Home


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
            holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip()
            raise BowtieError(
                f"another run is under way in {home.root} "
                f"({holder or 'just started'}); wait until it ends"
            ) from None
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()}, since {since}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
