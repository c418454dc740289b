"""Publishes a candidate: a new generation, whole, and then one flip of `current`.

A generation holds `bowtie.duckdb`, with the schemas that readers get and no others, and
`manifest.json`, which says what it was made from. Its name is a number that only grows,
so that order does not hang on a clock, and its as-of date: `000017-20251231`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from bowtie.errors import BowtieError
from bowtie.paths import DATABASE, Home, Workplace, published_schemas

MANIFEST = "manifest.json"
# Generations that stay beside the current one.
KEPT = 7
# The oldest file format that is written, so that older clients can read it.
_STORAGE = "v1.0.0"
_GENERATION = re.compile(r"(\d{6,})-\d{8}")


@dataclass(frozen=True)
class Table:
    """One table of a release: its rows, and the columns that order them."""

    schema: str
    name: str
    ordered_by: tuple[str, ...]

    @property
    def sql_name(self) -> str:
        """The name as SQL writes it, without the database."""
        return f"{_quoted(self.schema)}.{_quoted(self.name)}"


@dataclass(frozen=True)
class Release:
    """A published generation."""

    generation: str
    folder: Path
    is_current: bool
    manifest: Mapping[str, Any]


def publish(
    home: Home, workplace: Workplace, as_of: date, about: Mapping[str, Any]
) -> Release:
    """Publish the workplace's candidate as a new generation.

    Only the holder of the lock may call this. Until the last step, readers have the
    earlier generation; a crash at any point leaves them one whole generation.

    Args:
        home: where generations are.
        workplace: holds the candidate, closed.
        as_of: the day as of which it was computed.
        about: what the manifest says besides (inputs, switches, checks).

    Raises:
        BowtieError: the candidate holds nothing to publish.

    """
    draft = workplace.folder / "release"
    draft.mkdir()
    rows = _write_marts(workplace.database, draft / DATABASE)
    generation = f"{_next_number(home):06d}-{as_of:%Y%m%d}"
    manifest = {
        "generation": generation,
        "as_of_date": as_of.isoformat(),
        "published_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "versions": {name: version(name) for name in ("bowtie", "dbt-core", "duckdb")},
        **about,
        "database_sha256": sha256_of(draft / DATABASE),
        "tables": rows,
    }
    _write(draft / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    _sync(draft / DATABASE)
    _sync(draft)
    folder = home.releases / generation
    draft.rename(folder)
    _sync(home.releases)
    _flip(home, workplace, generation)
    _remove_old(home)
    return Release(generation, folder, True, manifest)


def releases(home: Home) -> list[Release]:
    """Return the generations that are kept, oldest first."""
    current = current_generation(home)
    return [
        Release(name, home.releases / name, name == current, _manifest(home, name))
        for name in _generations(home)
    ]


def current_generation(home: Home) -> str | None:
    """Return the name of the generation that readers use; none before the first."""
    return home.current.readlink().name if home.current.is_symlink() else None


def published_database(home: Home) -> Path | None:
    """Return the file that readers use now, by its own path; none before the first."""
    generation = current_generation(home)
    return home.releases / generation / DATABASE if generation else None


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- The file ------------------------------------------------------------------------


def _write_marts(candidate: Path, target: Path) -> dict[str, int]:
    """Copy the published schemas into a new file; return the rows of each table.

    Rows are in the order of their key, however the build happened to write them.
    """
    with _both_open(candidate, target) as connection:
        tables = _tables(connection)
        if not tables:
            raise BowtieError(
                "the build made no table in any of the schemas "
                f"{', '.join(published_schemas())}; nothing was published"
            )
        for schema in sorted({table.schema for table in tables}):
            connection.execute(f"create schema release.{_quoted(schema)}")
        rows = {}
        for table in tables:
            _copy(connection, table)
            counted = connection.execute(
                f"select count(*) from release.{table.sql_name}"
            ).fetchone()
            assert counted is not None
            rows[f"{table.schema}.{table.name}"] = counted[0]
        connection.execute("checkpoint release")
    if target.with_name(target.name + ".wal").exists():
        raise BowtieError(f"{target} was not closed cleanly; nothing was published")
    return rows


@contextmanager
def _both_open(candidate: Path, target: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the candidate for reading and the new file for writing; close both."""
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "temp_directory": str(target.parent.parent / "spill"),
        }
    )
    try:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            f"attach {_literal(str(candidate))} as candidate (read_only)"
        )
        connection.execute(
            f"attach {_literal(str(target))} as release "
            f"(storage_version {_literal(_STORAGE)})"
        )
        yield connection
        connection.execute("detach release")
    finally:
        connection.close()


def _tables(connection: duckdb.DuckDBPyConnection) -> list[Table]:
    """Return the candidate's tables and views that readers get, in order of name."""
    found = connection.execute(
        """
        select relations.schema_name, relations.name, keys.constraint_column_names
        from (
            select database_name, schema_name, table_name as name
            from duckdb_tables()
            union all
            select database_name, schema_name, view_name
            from duckdb_views()
        ) as relations
        left join duckdb_constraints() as keys
            on
                keys.database_name = relations.database_name
                and keys.schema_name = relations.schema_name
                and keys.table_name = relations.name
                and keys.constraint_type = 'PRIMARY KEY'
        where
            relations.database_name = 'candidate'
            and relations.schema_name in (select unnest(?))
        order by relations.schema_name, relations.name
        """,
        [published_schemas()],
    ).fetchall()
    return [Table(schema, name, tuple(key or ())) for schema, name, key in found]


def _copy(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Copy one table or view as a table, with its comments."""
    order = ", ".join(map(_quoted, table.ordered_by)) or "all"
    connection.execute(
        f"create table release.{table.sql_name} as "
        f"select * from candidate.{table.sql_name} order by {order}"
    )
    comments = connection.execute(
        """
        select null, comment from duckdb_tables()
        where database_name = 'candidate' and schema_name = $1 and table_name = $2
        union all
        select column_name, comment from duckdb_columns()
        where database_name = 'candidate' and schema_name = $1 and table_name = $2
        """,
        [table.schema, table.name],
    ).fetchall()
    for column, comment in comments:
        if comment is None:
            continue
        what = f"table release.{table.sql_name}"
        if column is not None:
            what = f"column release.{table.sql_name}.{_quoted(column)}"
        connection.execute(f"comment on {what} is {_literal(comment)}")


def _quoted(name: str) -> str:
    """Return a name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    """Return a text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


# --- The folder ----------------------------------------------------------------------


def _generations(home: Home) -> list[str]:
    """Return the names of all generations that are there, in order of number."""
    if not home.releases.is_dir():
        return []
    names = [path.name for path in home.releases.iterdir()]
    return sorted(filter(_GENERATION.fullmatch, names), key=_number)


def _number(generation: str) -> int:
    """Return the number in a generation's name."""
    return int(generation.partition("-")[0])


def _next_number(home: Home) -> int:
    """Return a number above every other."""
    names = _generations(home)
    current = current_generation(home)
    return 1 + max(map(_number, [*names, *([current] if current else [])]), default=0)


def _manifest(home: Home, generation: str) -> dict[str, Any]:
    """Return what a generation says about itself; nothing if it cannot be read."""
    try:
        return json.loads((home.releases / generation / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def _flip(home: Home, workplace: Workplace, generation: str) -> None:
    """Point `current` at a generation, in one step."""
    link = workplace.folder / home.current.name
    link.symlink_to(Path(home.releases.name) / generation)
    link.replace(home.current)
    _sync(home.root)


def _remove_old(home: Home) -> None:
    """Remove all but the newest generations; never the current one."""
    current = current_generation(home)
    others = [name for name in _generations(home) if name != current]
    for name in others[:-KEPT]:
        shutil.rmtree(home.releases / name, ignore_errors=True)


def _write(path: Path, text: str) -> None:
    """Write a file so that it is on the disk afterwards."""
    path.write_text(text, encoding="utf-8")
    _sync(path)


def _sync(path: Path) -> None:
    """Have the disk keep a file or a folder's entries before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
