"""What the landing checks hand on: the files that may be read, or the problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bowtie.landing import limits

# A path with one of these is a pattern to the SQL that reads it.
GLOB_CHARACTERS = frozenset("*?[]{}")


class LandingError(Exception):
    """The delivery cannot be used; `problems` says all that is wrong, a line each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class LandedFile:
    """One file: path relative to the raw folder, and what it held when checked.

    `rows` counts every record; `refused` of them were set aside and are not loaded.
    """

    path: str
    rows: int
    refused: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class LandedTable:
    """One raw table: its files, the contract columns they have, and remarks.

    `copied` says that a clean copy in the landing folder is read instead.
    """

    name: str
    format: str
    files: tuple[LandedFile, ...]
    columns: tuple[str, ...]
    notes: tuple[str, ...]
    copied: bool

    @property
    def rows(self) -> int:
        """Records in all files, set aside or not."""
        return sum(file.rows for file in self.files)

    @property
    def refused(self) -> int:
        """Records set aside, listed in landing_refusals.csv."""
        return sum(file.refused for file in self.files)

    @property
    def bytes(self) -> int:
        """Size of all files as delivered."""
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True)
class Landing:
    """A delivery that passed: tables by name, and remarks about the folder."""

    tables: Mapping[str, LandedTable]
    notes: tuple[str, ...]

    @property
    def refused(self) -> int:
        """Records set aside in all tables."""
        return sum(table.refused for table in self.tables.values())

    def to_json(self) -> dict[str, Any]:
        """Return plain lists, mappings, numbers and texts, with the totals."""
        return {
            "tables": {
                name: asdict(table)
                | {"rows": table.rows, "bytes": table.bytes, "refused": table.refused}
                for name, table in self.tables.items()
            },
            "notes": list(self.notes),
            "refused": self.refused,
        }


@dataclass
class CheckedFile:
    """One file while it is being checked: what was found so far."""

    table: str
    path: Path
    name: str
    columns: list[str] = field(default_factory=list)
    rows: int = 0
    refused: int = 0
    bytes: int = 0
    sha256: str = ""
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # Why DuckDB would not read this file as it was checked; empty: read in place.
    copy_because: list[str] = field(default_factory=list)
    # Parquet: what each contract column can hold.
    kinds: dict[str, str] = field(default_factory=dict)

    @property
    def folder_columns(self) -> list[str]:
        """The columns that its folders name, as in `usage_date=2024-01-31/`."""
        folders = self.name.split("/")[1:-1]
        return [folder.partition("=")[0] for folder in folders if "=" in folder]

    def problem(self, text: str) -> None:
        """Add what blocks the delivery, behind the file's name."""
        self.problems.append(f"{shown(self.name)}: {text}")

    def note(self, text: str) -> None:
        """Add a remark, behind the file's name."""
        self.notes.append(f"{shown(self.name)}: {text}")

    def landed(self) -> LandedFile:
        """Return what is handed on about this file."""
        return LandedFile(self.name, self.rows, self.refused, self.bytes, self.sha256)


def shown(text: str, limit: int = limits.SHOWN_CHARACTERS) -> str:
    r"""Return a text from outside so that it is safe on one line of a terminal.

    Control characters, line ends, ANSI escapes and invisible or direction-changing
    characters are written out (`\x1b`); the rest is cut at `limit` characters.
    """
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape", "backslashreplace").decode("ascii")
        for character in cut
    )


def listed(names: Iterable[str], most: int = 5) -> str:
    """Return names for a message: quoted, separated by commas, not endless."""
    all_names = list(names)
    text = ", ".join(f"'{shown(name)}'" for name in all_names[:most])
    left = len(all_names) - most
    return f"{text} and {left:,} more" if left > 0 else text
