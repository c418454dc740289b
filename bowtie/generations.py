"""The generations of a home: which there are, and which one readers get.

A generation's name is a number that only grows, so that order does not hang on a clock,
and its as-of date: `000017-20251231`. It is published once `current` has pointed to it.
One that a killed run moved into place and did not flip to is not: its number is above
the current one's, and no rollback explains that.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bowtie.errors import BowtieError
from bowtie.hashing import sha256_of
from bowtie.paths import DATABASE, Home, Workplace

MANIFEST = "manifest.json"
# Generations that stay beside the current one.
KEPT = 7
_GENERATION = re.compile(r"(\d{6,})-\d{8}")
_MAKE_LINK = "make it a symbolic link to the one that readers should have"


@dataclass(frozen=True)
class Release:
    """A published generation."""

    generation: str
    folder: Path
    is_current: bool
    manifest: Mapping[str, Any]

    @property
    def tables(self) -> Mapping[str, Mapping[str, Any]]:
        """By `schema.table`, the rows of each published table and their hash."""
        return self.manifest.get("tables", {})

    def has_erased(self, erased: Collection[str]) -> bool:
        """Return whether one of these accounts, given as hashes, was not left out."""
        return not {*erased} <= {*self.manifest.get("erased_accounts", ())}

    @property
    def rows(self) -> int:
        """How many rows all tables have."""
        return sum(table["rows"] for table in self.tables.values())

    def differences(self) -> list[str]:
        """Return a line for each file that is not as it was published."""
        hashes = self.manifest.get("files")
        if hashes is None:
            return [f"{MANIFEST}: missing or not readable"]
        there = files_below(self.folder)
        return [
            *(f"{name}: missing" for name in sorted(hashes.keys() - there.keys())),
            *(
                f"{name}: changed since it was published"
                for name, sha256 in hashes.items()
                if name in there and sha256_of(there[name]) != sha256
            ),
            *(
                f"{name}: added since it was published"
                for name in sorted(there.keys() - hashes.keys() - {MANIFEST})
            ),
        ]


def manifest_of(folder: Path) -> dict[str, Any]:
    """Return what a generation says about itself; nothing if it cannot be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if "files" in manifest else {}


def releases(home: Home) -> list[Release]:
    """Return the published generations that are kept, in order of number."""
    current = current_generation(home)
    unpublished = _unpublished(home)
    return [
        Release(
            name,
            home.releases / name,
            name == current,
            manifest_of(home.releases / name),
        )
        for name in _generations(home)
        if name not in unpublished
    ]


def current_generation(home: Home) -> str | None:
    """Return the name of the generation that readers get; none before the first.

    Raises:
        BowtieError: somebody pointed the link to what is no generation.

    """
    if not home.current.is_symlink():
        return None
    name = home.current.readlink().name
    if not _GENERATION.fullmatch(name):
        raise BowtieError(
            f"{home.current} points to '{name}', which is no generation: {_MAKE_LINK}"
        )
    return name


def previous_release(home: Home) -> Release | None:
    """Return the release before the one that readers get, though that may be gone."""
    current = current_generation(home)
    if current is None:
        return None
    earlier = [
        release
        for release in releases(home)
        if _number(release.generation) < _number(current)
    ]
    return earlier[-1] if earlier else None


def published_database(home: Home) -> Path | None:
    """Return the file that readers use now, by its own path; none before the first."""
    generation = current_generation(home)
    return home.releases / generation / DATABASE if generation else None


def lost_generation(home: Home) -> str | None:
    """Return what to do where `current`, or the file it leads to, is gone; or None.

    Nothing but somebody's hand removes them.
    """
    database = published_database(home)
    if database is None:
        # A single one is what a first run left that was killed.
        if len(_generations(home)) <= 1:
            return None
        return (
            f"{home.current} is gone, though there are generations in {home.releases}: "
            f"{_MAKE_LINK}"
        )
    if database.is_file():
        return None
    others = [release for release in releases(home) if not release.is_current]
    if others:
        other = previous_release(home) or others[-1]
        remedy = f"bowtie rollback {other.generation}"
    else:
        remedy = f"put it back, or remove {home.current} and start anew with bowtie run"
    return f"{database} is gone, though {home.current} points to it: {remedy}"


def erased_accounts(home: Home) -> list[str]:
    """Return the hashes of all account ids that were erased in a home, sorted."""
    if not home.erased_accounts.is_file():
        return []
    return sorted(home.erased_accounts.read_text("utf-8").split())


def next_number(home: Home) -> int:
    """Return a number above that of every generation that was ever published."""
    current = current_generation(home)
    names = [*_generations(home), *_rolled_back(home), *([current] if current else [])]
    return 1 + max(map(_number, names), default=0)


def files_below(folder: Path) -> dict[str, Path]:
    """Return all files in a folder and its folders, by relative path, in its order."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if not path.is_dir()
    }


# --- Changes; for the holder of the lock ---------------------------------------------


def flip(home: Home, workplace: Workplace, generation: str) -> None:
    """Point `current` at a generation, in one step.

    The link is made in the workplace: a run whose folder was taken away cannot flip.
    """
    link = workplace.folder / home.current.name
    link.symlink_to(Path(home.releases.name) / generation)
    link.replace(home.current)
    # Readers have it, whether or not the disk can promise to remember.
    with suppress(OSError):
        sync(home.root)


def roll_back(home: Home, workplace: Workplace, generation: str) -> None:
    """Point `current` at an earlier generation; keep in mind which were after it."""
    # The current one as well if its files are gone: no later run may have its number.
    published = {release.generation for release in releases(home)}
    published |= {current_generation(home) or generation}
    after = sorted(
        (name for name in published if _number(name) > _number(generation)), key=_number
    )
    note = workplace.folder / home.rolled_back.name
    write(note, "".join(f"{name}\n" for name in after))
    note.replace(home.rolled_back)
    flip(home, workplace, generation)


def remove_unpublished(home: Home, workplace: Workplace) -> None:
    """Remove what killed runs moved into place and did not flip to.

    Raises:
        BowtieError: `current` is gone, so that nobody can tell what was published.

    """
    if current_generation(home) is None and (lost := lost_generation(home)):
        raise BowtieError(lost)
    for name in _unpublished(home):
        workplace.take(home.releases / name, name)


def remove_old(home: Home, workplace: Workplace) -> None:
    """Remove all but the newest generations; never the current one, nor one in use."""
    others = [release for release in releases(home) if not release.is_current]
    for release in others[:-KEPT]:
        if not _is_open(release.folder / DATABASE):
            workplace.take(release.folder, release.generation)


def remove_with_erased(home: Home, workplace: Workplace) -> list[str]:
    """Remove generations with an erased account, in use or not; return their names."""
    erased = erased_accounts(home)
    found = [
        release
        for release in releases(home)
        if release.has_erased(erased) and not release.is_current
    ]
    for release in found:
        workplace.take(release.folder, release.generation)
    return [release.generation for release in found]


def write(path: Path, text: str) -> None:
    """Write a file so that it is on the disk afterwards."""
    path.write_text(text, encoding="utf-8")
    sync(path)


def sync(path: Path) -> None:
    """Have the disk keep a file or a folder's entries before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- Details --------------------------------------------------------------------------


def _generations(home: Home) -> list[str]:
    """Return the names of all generations that are there, in order of number."""
    if not home.releases.is_dir():
        return []
    names = [path.name for path in home.releases.iterdir()]
    return sorted(filter(_GENERATION.fullmatch, names), key=_number)


def _unpublished(home: Home) -> set[str]:
    """Return the names of generations that `current` never pointed to."""
    current = current_generation(home)
    last = _number(current) if current else 0
    above = {name for name in _generations(home) if _number(name) > last}
    return above - set(_rolled_back(home))


def _rolled_back(home: Home) -> list[str]:
    """Return the names that the last rollback wrote down."""
    if not home.rolled_back.is_file():
        return []
    return home.rolled_back.read_text("utf-8").split()


def _number(generation: str) -> int:
    """Return the number in a generation's name."""
    return int(generation.partition("-")[0])


def _is_open(database: Path) -> bool:
    """Return whether a process reads a file with DuckDB, which locks what it reads."""
    try:
        with database.open("r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return True
    except FileNotFoundError:
        return False
    return False
