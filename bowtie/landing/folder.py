"""Which files of a folder belong to which raw table."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from bowtie.contract import raw_contract
from bowtie.hashing import sha256_of
from bowtie.landing import limits
from bowtie.landing.results import (
    GLOB_CHARACTERS,
    LandingError,
    listed,
    shown,
)

FORMATS = ("csv", "parquet")
MANIFEST = "manifest.csv"
_COMPRESSED = (".gz", ".zip", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar", ".tgz")
_OTHER_FORMATS = (
    *(".xlsx", ".xls", ".ods", ".json", ".jsonl", ".ndjson"),
    *(".tsv", ".txt", ".avro", ".orc", ".feather", ".arrow"),
)


@dataclass
class FoundTable:
    """One raw table's files, all of one format, in path order."""

    name: str
    format: str
    files: list[Path]
    is_folder: bool


@dataclass
class FoundFiles:
    """What a raw folder holds; problems and notes are one line each."""

    folder: Path
    tables: dict[str, FoundTable] = field(default_factory=dict)
    manifest: Path | None = None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_tables(raw_dir: Path) -> FoundFiles:
    """Return every contract table's files below `raw_dir`.

    Raises:
        LandingError: the folder itself cannot be used.

    """
    found = FoundFiles(_usable_folder(raw_dir))
    claims: dict[str, list[Path]] = {}
    strangers: list[Path] = []
    for path in sorted(found.folder.iterdir()):
        table = _table_named(path)
        if path.name == MANIFEST:
            if _is_usable(path, found):
                found.manifest = path
        elif table:
            claims.setdefault(table, []).append(path)
        elif not _is_ignored(path.name):
            strangers.append(path)
    for table, paths in claims.items():
        if len(paths) > 1:
            found.problems.append(
                f"{table}: delivered more than once, as "
                f"{listed(path.name for path in paths)}; keep one of them"
            )
        else:
            _claim(table, paths[0], found)
    for path in strangers:
        _judge_stranger(path, claims, found)
    _report_missing(claims, found)
    return found


def _usable_folder(raw_dir: Path) -> Path:
    try:
        folder = raw_dir.resolve(strict=True)
        list(folder.iterdir())
    except NotADirectoryError:
        trouble = "is a file; --raw takes the folder that holds the raw files"
    except FileNotFoundError:
        trouble = "does not exist; --raw takes the folder that holds the raw files"
    except (OSError, RuntimeError) as error:
        trouble = f"cannot be read ({_why(error)}); check its permissions"
    else:
        if not GLOB_CHARACTERS & set(str(folder)):
            return folder
        trouble = "has one of * ? [ ] { } in its path, a pattern to SQL; rename it"
    raise LandingError([f"raw folder '{shown(str(raw_dir), 200)}' {trouble}"])


def _why(error: Exception) -> str:
    return shown(getattr(error, "strerror", None) or type(error).__name__)


def _table_named(path: Path) -> str | None:
    """Return the table that a top-level entry holds by its exact name, if any."""
    stem, dot, ending = path.name.partition(".")
    is_table = stem in raw_contract() and (not dot or ending in FORMATS)
    return stem if is_table else None


def _is_ignored(name: str) -> bool:
    return name.startswith((".", "_")) or name.casefold().startswith(
        ("readme", "license", "licence")
    )


def _is_usable(path: Path, found: FoundFiles) -> bool:
    """Whether a file may be opened; if not, say why among the problems."""
    name = shown(path.relative_to(found.folder).as_posix())
    trouble = None
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(
            found.folder
        ):
            trouble = "is a link out of the raw folder; put the file itself there"
        elif not stat.S_ISREG(path.stat().st_mode):
            trouble = "is not a regular file; put the file itself there"
        elif GLOB_CHARACTERS & set(path.name):
            trouble = "has one of * ? [ ] { } in its name; rename it"
        elif not path.name.isprintable():
            trouble = "has invisible or unreadable characters in its name; rename it"
        elif path.stat().st_size > limits.FILE_BYTES:
            trouble = (
                f"is larger than {limits.FILE_BYTES // 1000**3} GB; split it by date "
                "into a folder of files"
            )
        else:
            with path.open("rb") as file:
                file.read(1)
    except (OSError, RuntimeError) as error:
        trouble = f"cannot be read ({_why(error)}); check the file and its permissions"
    if trouble:
        found.problems.append(f"{name}: {trouble}")
    return trouble is None


def _claim(table: str, path: Path, found: FoundFiles) -> None:
    """Take a top-level entry as a table's file or folder of files."""
    is_folder = path.is_dir() and not path.suffix
    if not is_folder:
        if not path.suffix and not path.is_dir():
            found.problems.append(
                f"{table}: has no ending; name it {table}.csv or {table}.parquet"
            )
        elif _is_usable(path, found):
            form = path.suffix.removeprefix(".")
            found.tables[table] = FoundTable(table, form, [path], False)
        return
    if path.is_symlink():
        found.problems.append(
            f"{table}/: is a link to a folder; put the folder itself there"
        )
        return
    files = [file for file in _files_below(path, found) if _is_usable(file, found)]
    formats = {file.suffix.removeprefix(".") for file in files}
    if len(formats) > 1:
        found.problems.append(
            f"{table}/: holds both .csv and .parquet files; keep one format"
        )
    elif len(files) > limits.FILES_PER_TABLE:
        found.problems.append(
            f"{table}/: holds {len(files):,} files, more than "
            f"{limits.FILES_PER_TABLE:,}; merge them, for example by month"
        )
    elif files:
        found.tables[table] = FoundTable(table, formats.pop(), files, True)
    elif not any(problem.startswith(f"{table}/") for problem in found.problems):
        found.problems.append(
            f"{table}/: holds no .csv or .parquet file; "
            "put its files there, or leave the folder out"
        )


def _files_below(folder: Path, found: FoundFiles) -> Iterator[Path]:
    """Yield a table folder's data files in path order, without following links.

    Hidden files with a data ending count too: the SQL that reads the folder sees them.
    """

    def refuse(error: OSError) -> None:
        name = Path(error.filename).relative_to(found.folder).as_posix()
        found.problems.append(f"{shown(name)}/: cannot be read ({_why(error)})")

    for base, folders, names in os.walk(folder, onerror=refuse):
        folders.sort()
        for name in folders:
            path = Path(base, name)
            if path.is_symlink():
                found.problems.append(
                    f"{shown(path.relative_to(found.folder).as_posix())}/: is a link "
                    "to a folder; put the folder itself there"
                )
        for name in sorted(names):
            path = Path(base, name)
            relative = shown(path.relative_to(found.folder).as_posix())
            ending = path.suffix.casefold()
            if path.suffix in (".csv", ".parquet"):
                yield path
            elif ending in (".csv", ".parquet"):
                found.problems.append(f"{relative}: write its ending as {ending}")
            elif ending in (*_COMPRESSED, *_OTHER_FORMATS):
                found.problems.append(_other_format(relative, ending))
            elif not _is_ignored(name):
                found.notes.append(f"{relative}: not a .csv or .parquet file, not read")


def _other_format(name: str, ending: str) -> str:
    if ending in _COMPRESSED:
        return f"{name}: is compressed; unpack it (Parquet is compressed in itself)"
    return f"{name}: is not CSV or Parquet; save it as one of them"


def _judge_stranger(
    path: Path, claims: dict[str, list[Path]], found: FoundFiles
) -> None:
    """Note an unknown file, or block where its name is nearly a table's."""
    name = shown(path.name)
    endings = [ending.casefold() for ending in path.suffixes]
    last = endings[-1] if endings else ""
    is_data = last in (".csv", ".parquet", *_COMPRESSED, *_OTHER_FORMATS)
    table = _nearest_table(path.name.partition(".")[0])
    if table is None or not (is_data or path.is_dir()):
        kind = "folder" if path.is_dir() else "file"
        found.notes.append(f"{name}: not a {kind} of the raw contract, not read")
    elif last in (*_COMPRESSED, *_OTHER_FORMATS):
        found.problems.append(_other_format(name, last))
    elif path.is_file() and any(
        other.is_file() and sha256_of(other) == sha256_of(path)
        for other in claims.get(table, [])
    ):
        found.notes.append(f"{name}: same content as the file of {table}, not read")
    else:
        wanted = f"{table}{last}" if not path.is_dir() else f"{table}/"
        found.problems.append(
            f"{name}: not a name of the raw contract; did you mean {wanted}? Rename "
            f"it, or, for one more file of the table, put all of them into {table}/"
        )


def _nearest_table(stem: str) -> str | None:
    """Return the table whose name a stem starts with or nearly is, if any."""
    name = stem.strip().casefold().replace("-", "_").replace(" ", "_")
    tables = list(raw_contract())
    longest_first = sorted(tables, key=len, reverse=True)
    starts = [table for table in longest_first if name.startswith(table)]
    return next(iter(starts or get_close_matches(name, tables, 1, 0.85)), None)


def _report_missing(claims: dict[str, list[Path]], found: FoundFiles) -> None:
    missing = [table for table in raw_contract().values() if table.name not in claims]
    found.problems += [
        f"{table.name}: required and not there; add {table.name}.csv or "
        f"{table.name}.parquet"
        for table in missing
        if table.required
    ]
    optional = [table.name for table in missing if not table.required]
    if optional:
        found.notes.append(
            f"optional tables not there: {', '.join(optional)}; "
            "what depends on them stays empty"
        )
