"""What the landing checks write, all of it below the landing folder."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path
from typing import TextIO

from bowtie.contract import raw_contract
from bowtie.landing.results import GLOB_CHARACTERS, CheckedFile, LandingError, shown

REFUSALS_FILE = "landing_refusals.csv"
SPILL_FOLDER = "spill"
_REFUSALS_HEADER = ("table_name", "file_name", "line_number", "reason")
_FILE_MODE, _FOLDER_MODE = 0o640, 0o750


class Refusals:
    """The list of rows set aside: where they stand and why, never what they hold."""

    def __init__(self, stream: TextIO) -> None:
        self._writer = csv.writer(stream, lineterminator="\n")
        self._writer.writerow(_REFUSALS_HEADER)

    def add(self, file: CheckedFile, line: int, reason: str) -> None:
        """Write one refused row."""
        file.refused += 1
        self._writer.writerow((file.table, shown(file.name, 200), line, reason))


def create_text(path: Path) -> TextIO:
    """Open a new text file for writing: UTF-8, no line-end translation, 0640."""
    path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    return os.fdopen(number, "w", encoding="utf-8", newline="")


def prepare_folder(landing_dir: Path, raw_dir: Path) -> Path:
    """Create or empty the landing folder and return its absolute path.

    Only what an earlier landing wrote is deleted.

    Raises:
        LandingError: it is the raw folder, in or around it, or holds other files.

    """
    folder = landing_dir.resolve()
    raw = raw_dir.resolve()
    if folder.is_relative_to(raw) or raw.is_relative_to(folder):
        raise LandingError(
            [f"landing folder '{shown(str(folder), 200)}' and the raw folder must not "
             "hold one another; choose another --home"]
        )  # fmt: skip
    if GLOB_CHARACTERS & set(str(folder)):
        raise LandingError(
            [f"landing folder '{shown(str(folder), 200)}' has one of * ? [ ] {{ }} in "
             "its path, a pattern to SQL; choose another --home"]
        )  # fmt: skip
    folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    ours = {REFUSALS_FILE, SPILL_FOLDER}
    ours |= {name for table in raw_contract() for name in (table, f"{table}.csv")}
    foreign = [entry.name for entry in folder.iterdir() if entry.name not in ours]
    if foreign:
        raise LandingError(
            [f"landing folder '{shown(str(folder), 200)}' holds '{shown(foreign[0])}', "
             "which no landing wrote; choose another --home or remove it"]
        )  # fmt: skip
    empty_folder(folder)
    return folder


def empty_folder(folder: Path, keep: str | None = None) -> None:
    """Delete what is in a landing folder, but for one name."""
    for entry in folder.iterdir():
        if entry.name == keep:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
