"""Writes the published schemas of a candidate: as one DuckDB file, and as Parquet.

Rows are in the order of their key, however the build happened to write them. A table's
content is known by the hash of its Parquet file: the same rows give the same bytes,
however many threads wrote them. (The DuckDB file has no such property.)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from bowtie.engine import connect
from bowtie.errors import BowtieError
from bowtie.hashing import sha256_of
from bowtie.paths import DATABASE, published_schemas
from bowtie.sql_text import identifier, literal

# The oldest file format that is written, so that older clients can read it.
_STORAGE = "v1.0.0"
# What dbt calls the candidate; the views in it name it so.
_CANDIDATE = Path(DATABASE).stem


@dataclass(frozen=True)
class Content:
    """What a published table holds."""

    rows: int
    sha256: str

    as_dict = asdict


@dataclass(frozen=True)
class _Table:
    """One table or view to publish, and the columns that order its rows."""

    schema: str
    name: str
    ordered_by: tuple[str, ...]

    @property
    def sql_name(self) -> str:
        """The name as SQL writes it, without the database."""
        return f"{identifier(self.schema)}.{identifier(self.name)}"


def write_marts(
    candidate: Path, database: Path, parquet: Path, spill: Path
) -> dict[str, Content]:
    """Copy the published schemas into new files.

    Args:
        candidate: the database that was built, closed.
        database: the DuckDB file to make.
        parquet: the folder to make; gets <schema>/<table>.parquet.
        spill: where what does not fit into memory goes meanwhile.

    Returns:
        By `schema.table`, in order of name, what each table holds.

    Raises:
        BowtieError: there is nothing to publish, or the engine cannot write it.

    """
    contents = {}
    with _both_open(candidate, database, spill) as connection:
        tables = _tables(connection)
        parquet.mkdir()
        for schema in sorted({table.schema for table in tables}):
            connection.execute(f"create schema release.{identifier(schema)}")
            (parquet / schema).mkdir()
        for table in tables:
            rows = _copy(connection, table)
            file = parquet / table.schema / f"{table.name}.parquet"
            connection.execute(
                f"copy release.{table.sql_name} to {literal(str(file))} "
                "(format parquet, compression zstd)"
            )
            contents[f"{table.schema}.{table.name}"] = Content(rows, sha256_of(file))
        connection.execute("checkpoint release")
    if database.with_name(database.name + ".wal").exists():
        raise BowtieError(f"{database} was not closed cleanly; nothing was published")
    return contents


@contextmanager
def _both_open(
    candidate: Path, database: Path, spill: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the candidate for reading and the new file for writing; close both."""
    connection = connect(spill=spill)
    try:
        connection.execute(
            f"attach {literal(str(candidate))} as {_CANDIDATE} (read_only)"
        )
        connection.execute(
            f"attach {literal(str(database))} as release "
            f"(storage_version {literal(_STORAGE)})"
        )
        yield connection
        connection.execute("detach release")
    except duckdb.Error as error:
        # Its own words may repeat a value.
        full = "No space left" in str(error)
        reason = "the disk is full" if full else type(error).__name__
        remedy = "make room, or give --home another" if full else "run again"
        raise BowtieError(
            f"{database}: {reason} while it was written; nothing was published; "
            f"{remedy}"
        ) from error
    finally:
        connection.close()


def _tables(connection: duckdb.DuckDBPyConnection) -> list[_Table]:
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
            relations.database_name = $1
            and relations.schema_name in (select unnest($2))
        order by relations.schema_name, relations.name
        """,
        [_CANDIDATE, published_schemas()],
    ).fetchall()
    if not found:
        raise BowtieError(
            "the build made no table in any of the schemas "
            f"{', '.join(published_schemas())}; nothing was published"
        )
    return [_Table(schema, name, tuple(key or ())) for schema, name, key in found]


def _copy(connection: duckdb.DuckDBPyConnection, table: _Table) -> int:
    """Copy one table or view as a table, with its comments; return its rows."""
    order = ", ".join(map(identifier, table.ordered_by)) or "all"
    created = connection.execute(
        f"create table release.{table.sql_name} as "
        f"select * from {_CANDIDATE}.{table.sql_name} order by {order}"
    ).fetchone()
    assert created is not None
    comments = connection.execute(
        """
        select null, comment from duckdb_tables()
        where database_name = $1 and schema_name = $2 and table_name = $3
        union all
        select column_name, comment from duckdb_columns()
        where database_name = $1 and schema_name = $2 and table_name = $3
        """,
        [_CANDIDATE, table.schema, table.name],
    ).fetchall()
    for column, comment in comments:
        if comment is None:
            continue
        what = f"table release.{table.sql_name}"
        if column is not None:
            what = f"column release.{table.sql_name}.{identifier(column)}"
        connection.execute(f"comment on {what} is {literal(comment)}")
    return created[0]
