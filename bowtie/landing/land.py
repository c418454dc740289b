"""The landing checks from folder to verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from bowtie.contract import raw_contract
from bowtie.engine import connect
from bowtie.hashing import sha256_of
from bowtie.landing import across
from bowtie.landing.across import ReadableTable
from bowtie.landing.csv_file import check_csv, copy_csv
from bowtie.landing.folder import FoundFiles, FoundTable, find_tables
from bowtie.landing.manifest import ControlTotal, differences, read_manifest
from bowtie.landing.out import (
    REFUSALS_FILE,
    SPILL_FOLDER,
    Refusals,
    create_text,
    empty_folder,
    prepare_folder,
)
from bowtie.landing.parquet_file import check_parquet
from bowtie.landing.results import (
    CheckedFile,
    LandedTable,
    Landing,
    LandingError,
    shown,
)


def land(
    raw_dir: Path,
    landing_dir: Path,
    progress: Callable[[str], None] | None = None,
) -> Landing:
    """Check a folder of raw files, and say what may be read.

    Args:
        raw_dir: the user's folder; only read.
        landing_dir: created or emptied; gets `landing_refusals.csv` and clean copies.
        progress: called with one line for each file read.

    Returns:
        The files by table, with rows, hashes and remarks.

    Raises:
        LandingError: the delivery cannot be used; all problems found, one line each.

    """
    try:
        return _land(raw_dir, landing_dir, progress or (lambda line: None))
    except (OSError, duckdb.IOException, duckdb.InvalidInputException) as error:
        # The text of such an error may hold values; its kind and path do not.
        reason = getattr(error, "strerror", None) or type(error).__name__
        where = getattr(error, "filename", None) or raw_dir
        raise LandingError(
            [f"'{shown(str(where), 200)}': {reason}; check the disk and run again"]
        ) from error


def changed_files(landing: Landing, raw_dir: Path) -> list[str]:
    """Return the raw files that are not as they were landed: changed, gone or new."""
    folder = raw_dir.resolve()
    landed = {
        file.path: file for table in landing.tables.values() for file in table.files
    }
    try:
        found = find_tables(folder)
    except LandingError:
        return sorted(landed)
    there = {
        path.relative_to(folder).as_posix(): path
        for table in found.tables.values()
        for path in table.files
    }
    changed = set(landed) ^ set(there)
    for name in set(landed) & set(there):
        file = landed[name]
        is_same_size = there[name].stat().st_size == file.bytes
        if not is_same_size or sha256_of(there[name]) != file.sha256:
            changed.add(name)
    return sorted(changed)


def remove_copies(landing_dir: Path) -> None:
    """Remove the clean copies of raw files; the list of refused rows stays."""
    empty_folder(landing_dir, keep=REFUSALS_FILE)


def _land(raw_dir: Path, landing_dir: Path, progress: Callable[[str], None]) -> Landing:
    found = find_tables(raw_dir)
    folder = prepare_folder(landing_dir, found.folder)
    problems = list(found.problems)
    with create_text(folder / REFUSALS_FILE) as stream:
        refusals = Refusals(stream)
        checked = {
            name: _checked_files(found, found.tables[name], refusals, progress)
            for name in raw_contract()
            if name in found.tables
        }
    readable = {}
    for name, files in checked.items():
        wrong = _table_problems(found.tables[name], files)
        if not wrong:
            readable[name], wrong = _readable_table(found.tables[name], files, folder)
        problems += wrong
    progress("comparing files with each other")
    with _engine(folder) as connection:
        problems += _problems_across(connection, readable, found)
    if problems:
        remove_copies(folder)
        raise LandingError(problems)
    return Landing(
        tables={name: _landed_table(table) for name, table in readable.items()},
        notes=tuple(found.notes),
    )


def _checked_files(
    found: FoundFiles,
    table: FoundTable,
    refusals: Refusals,
    progress: Callable[[str], None],
) -> list[CheckedFile]:
    contract = raw_contract()[table.name]
    files = []
    for path in table.files:
        name = path.relative_to(found.folder).as_posix()
        progress(f"checking {shown(name)}")
        file = CheckedFile(table.name, path, name)
        if table.format == "csv":
            check_csv(file, contract, refusals)
        else:
            check_parquet(file, contract)
        files.append(file)
    return files


def _table_problems(table: FoundTable, files: list[CheckedFile]) -> list[str]:
    """Return what is wrong with a table's files, each and taken together."""
    problems = [problem for file in files for problem in file.problems]
    if not problems and not any(file.rows for file in files):
        remedy = (
            "deliver it again"
            if raw_contract()[table.name].required
            else "leave the file out if the table is meant to be empty"
        )
        problems.append(f"{shown(files[0].name)}: a header and no rows; {remedy}")
    for column in raw_contract()[table.name].columns:
        kinds = {file.kinds.get(column, "nothing") for file in files} - {"nothing"}
        # A whole number is also a number; nothing else mixes without guessing.
        if len(kinds - {"whole number"} if "number" in kinds else kinds) > 1:
            problems.append(
                f"{table.name}/: column '{column}' is {' and '.join(sorted(kinds))} in "
                "different files; write it alike in all of them"
            )
    return problems


def _readable_table(
    table: FoundTable, files: list[CheckedFile], folder: Path
) -> tuple[ReadableTable, list[str]]:
    """Return a table as SQL will read it, with clean copies where one is needed.

    Problems are what went wrong with the copies. A folder is copied as a whole, since
    the models read one place.
    """
    paths = list(table.files)
    if any(file.copy_because for file in files):
        paths = [folder / file.name for file in files]
        for file, path in zip(files, paths, strict=True):
            copy_csv(file, raw_contract()[table.name], path)
            if file.copy_because:
                file.note(f"a clean copy is read ({', '.join(file.copy_because)})")
    problems = [problem for file in files for problem in file.problems]
    columns = {name for file in files for name in (*file.columns, *file.folder_columns)}
    contract = raw_contract()[table.name]
    ordered = [name for name in contract.columns if name in columns]
    return ReadableTable(contract, table.format, files, paths, ordered), problems


@contextmanager
def _engine(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an engine that keeps nothing, and spills only into the landing folder."""
    spill = folder / SPILL_FOLDER
    with connect(spill=spill) as connection:
        yield connection
    if spill.exists():
        empty_folder(spill)
        spill.rmdir()


def _problems_across(
    connection: duckdb.DuckDBPyConnection,
    readable: dict[str, ReadableTable],
    found: FoundFiles,
) -> list[str]:
    problems = []
    for table in readable.values():
        problems += across.disagreeing_files(connection, table)
    problems += across.foreign_ids(connection, readable)
    if found.manifest:
        totals, wrong = read_manifest(found.manifest)
        problems += wrong
        for total in totals:
            problems += _control_problems(connection, readable, found, total)
    return problems


def _control_problems(
    connection: duckdb.DuckDBPyConnection,
    readable: dict[str, ReadableTable],
    found: FoundFiles,
    total: ControlTotal,
) -> list[str]:
    """Compare one line of the manifest with the table or file that it names."""
    name = total.subject.partition("/")[0].partition(".")[0]
    table = readable.get(name)
    chosen = [
        (file, path)
        for file, path in (zip(table.files, table.paths, strict=True) if table else [])
        if total.subject in (name, file.name)
    ]
    if not chosen:
        if name in found.tables and table is None:
            return []  # It has problems of its own, and those come first.
        return [
            f"{shown(total.subject)}: in manifest.csv (line {total.line}) and not in "
            "the folder; add it, or correct manifest.csv"
        ]
    files = [file for file, _ in chosen]
    once = {file.sha256: path for file, path in chosen}
    amount = None
    if total.amount is not None:
        amount = across.amount_of(connection, table, list(once.values()))
        if not isinstance(amount, (type(total.amount), type(None))):
            return [f"{shown(total.subject)}: {amount}"]
    return differences(total, files, amount)


def _landed_table(readable: ReadableTable) -> LandedTable:
    files = readable.files
    # What every file of a large folder says is said once.
    by_text: dict[str, list[str]] = {}
    for file in files:
        for note in file.notes:
            name, _, text = note.partition(": ")
            by_text.setdefault(text, []).append(name)
    notes = [
        f"{names[0]}{f' and {len(names) - 1:,} more' if names[1:] else ''}: {text}"
        for text, names in by_text.items()
    ]
    return LandedTable(
        name=readable.table.name,
        format=readable.format,
        files=tuple(file.landed() for file in files),
        columns=tuple(readable.columns),
        notes=(*notes, *across.repeated_file_notes(readable)),
        copied=any(file.copy_because for file in files),
    )
