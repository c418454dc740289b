"""What a user may have done wrong, or a machine run out of: said, not traced."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_IN_THE_WAY = (errno.EEXIST, errno.ENOTDIR)
_FULL = (errno.ENOSPC, errno.EDQUOT)
# The exit code of a command that Ctrl-C ended.
INTERRUPTED = 130


class BowtieError(Exception):
    """The command cannot go on; `problems` says why and what to do, a line each.

    Nobody needs a traceback for it, and no line holds a data value.
    """

    exit_code = 1

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class Interruption(BowtieError):
    """Somebody ended the command, by Ctrl-C or from outside."""

    def __init__(self, problem: str, end: KeyboardInterrupt | SystemExit) -> None:
        super().__init__(problem)
        is_ctrl_c = isinstance(end, KeyboardInterrupt)
        self.exit_code = INTERRUPTED if is_ctrl_c else int(end.code or 1)


@contextmanager
def writing_to(option: str, folder: Path) -> Iterator[None]:
    """Raise BowtieError where the folder that an option gives cannot be written to."""
    try:
        yield
    except OSError as error:
        raise BowtieError(disk_problem(error, option, folder)) from error


def disk_problem(error: OSError, option: str, folder: Path) -> str:
    """Return what a disk refused, where, and which option gives another place."""
    reason = error.strerror or type(error).__name__
    if error.errno in _FULL:
        remedy = f"make room on its disk, or give {option} a folder on another"
    elif error.errno in _IN_THE_WAY:
        remedy = f"a file is in the way: give {option} a folder"
    else:
        remedy = f"give {option} a folder that you may write to"
    return f"{error.filename or folder}: {reason}; {remedy}"
