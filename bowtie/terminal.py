"""What a command shows: a line per phase, and a bar where a person is watching."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

# Names from outside pass through: nothing in them is markup.
_PLAIN = {"markup": False, "highlight": False, "emoji": False, "soft_wrap": True}
_out = Console(markup=False, highlight=False, emoji=False)
_err = Console(markup=False, highlight=False, emoji=False, stderr=True)

# Where nobody watches, a long phase says how far it is this often.
_SHARES = 4

Advance = Callable[[int, int], None]


def printable(text: str) -> str:
    r"""Return a text that cannot steer a terminal: control characters as `\x1b`."""
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape", "backslashreplace").decode("ascii")
        for character in text
    )


def say(line: str = "") -> None:
    """Print a line of the command's answer."""
    _out.print(printable(line), **_PLAIN)


def warn(line: str) -> None:
    """Print a line that a person should read, though the command goes on."""
    _err.print(f"warning: {printable(line)}", **_PLAIN)


def fail(line: str) -> None:
    """Print a line that says why the command stops."""
    _err.print(f"error: {printable(line)}", **_PLAIN)


@contextmanager
def counted(label: str) -> Iterator[Advance]:
    """Yield `advance(done, total)`: a bar on a terminal, otherwise a few lines."""
    if _out.is_terminal:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
        )
        with Progress(*columns, console=_out, transient=True) as bar:
            task = bar.add_task(label, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
    else:
        said = 0

        def advance(done: int, total: int) -> None:
            nonlocal said
            share = _SHARES * done // total if total else 0
            if said < share < _SHARES:
                said = share
                say(f"  {label}: {done} of {total}")

        yield advance


@contextmanager
def narrated(label: str) -> Iterator[Callable[[str], None]]:
    """Yield `progress(line)`: one changing line on a terminal, otherwise silent."""
    if not _out.is_terminal:
        yield lambda line: None
        return
    columns = (TextColumn("{task.description}", markup=False),)
    with Progress(*columns, console=_out, transient=True) as bar:
        task = bar.add_task(f"{label} ...")
        yield lambda line: bar.update(task, description=f"{label}: {printable(line)}")
