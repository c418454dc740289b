"""Work in forked processes, each with threads, locks and open files of its own.

They are forked from a process that never opened a database.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable

from bowtie.errors import BowtieError

# How a process ends: it published (or did what it had to), was refused in words, or
# ended by a traceback.
PUBLISHED, REFUSED, CRASHED = 0, 1, 70


def start_process(work: Callable[[], object]) -> int:
    """Start work in a forked process; return its number."""
    sys.stdout.flush()
    process = os.fork()
    if process:
        return process
    status = CRASHED
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        work()
        status = PUBLISHED
    except BowtieError:
        status = REFUSED
    except BaseException:
        traceback.print_exc()
    os._exit(status)


def wait(process: int) -> int:
    """Wait until a process ended; return its status, negative if a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def must_publish(process: int) -> None:
    """Wait for a process that has no reason to fail."""
    if (status := wait(process)) != PUBLISHED:
        raise RuntimeError(f"an undisturbed run ended with {status}")
