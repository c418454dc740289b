"""What only several files together show; asked of DuckDB, which reads them as SQL will.

The same file twice, two files of one day that disagree, ids of another environment,
ids that lost their leading zeros, and sums for the control totals.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import duckdb

from bowtie.contract import Table, raw_contract
from bowtie.landing import limits
from bowtie.landing.manifest import AMOUNT_COLUMNS
from bowtie.landing.results import CheckedFile, listed
from bowtie.sql_text import literals

# As in macros/raw/raw_files.sql.
CSV_OPTIONS = (
    "header = true, delim = ',', quote = '\"', escape = '\"', comment = '', "
    "all_varchar = true, union_by_name = true, max_line_size = 4000000"
)
PARQUET_OPTIONS = "union_by_name = true"
_PERIOD = re.compile(r"(?<!\d)(20\d\d)-?(0[1-9]|1[0-2])(?:-?([0-3]\d))?(?!\d)")


@dataclass
class ReadableTable:
    """One table as SQL will read it: its checked files, and where their rows are."""

    table: Table
    format: str
    files: list[CheckedFile]
    # Each file's path, or its clean copy's.
    paths: list[Path]
    columns: list[str] = field(default_factory=list)

    def rows(self, paths: Sequence[Path] | None = None, options: str = "") -> str:
        """Return SQL for the table's rows, or for those of some of its files."""
        return rows_of(self.format, paths or self.paths, options)


def rows_of(format: str, paths: Iterable[Path], options: str = "") -> str:
    """Return SQL for the rows of some files of a table, as the models read them."""
    defaults = CSV_OPTIONS if format == "csv" else PARQUET_OPTIONS
    return f"read_{format}([{literals(paths)}], {defaults}{options})"


def repeated_file_notes(readable: ReadableTable) -> Iterator[str]:
    """Yield a note for files of one table with the same content."""
    by_content = defaultdict(list)
    for file in readable.files:
        by_content[file.sha256].append(file.name)
    for names in by_content.values():
        if len(names) > 1:
            yield f"{listed(names)} have the same content; their rows count once"


def disagreeing_files(
    connection: duckdb.DuckDBPyConnection, readable: ReadableTable
) -> Iterator[str]:
    """Yield a problem for files of one period that hold a key with different content.

    Files of one period may be parts of it. A newer `updated_at` settles a difference,
    as it does in staging.
    """
    table = readable.table
    dated = [
        (period, file.sha256, file.name, path)
        for file, path in zip(readable.files, readable.paths, strict=True)
        if (period := _period_of(file.name))
    ]
    for _, group in groupby(sorted(dated), key=lambda entry: entry[0]):
        once = {sha256: (name, path) for _, sha256, name, path in group}
        if len(once) < 2:
            continue
        names, paths = zip(*once.values(), strict=True)
        columns = [name for name in table.columns if name in readable.columns]
        order = [*table.entry["key"], table.entry.get("newest_by")]
        keys = ", ".join(name for name in order if name in columns)
        (conflicts,) = connection.execute(
            f"""
            select count(*) from (
                select {keys}
                from {readable.rows(paths, ", filename = 'landing_file'")}
                group by {keys}
                having count(distinct landing_file) > 1
                    and count(distinct hash({", ".join(columns)})) > 1
            )
            """
        ).fetchone()
        if conflicts:
            yield (
                f"{listed(names)}: files of one day that disagree on {conflicts:,} "
                f"key(s) ({', '.join(table.entry['key'])}); keep the right one"
            )


def _period_of(name: str) -> tuple[str | None, ...]:
    """Return the last date or month in a file's path below its table's folder."""
    periods = _PERIOD.findall(name.partition("/")[2])
    days = [period for period in periods if period[2]]
    return (days or periods or [()])[-1]


def foreign_ids(
    connection: duckdb.DuckDBPyConnection, readable: dict[str, ReadableTable]
) -> list[str]:
    """Return a problem for each table whose ids are mostly not those it refers to."""
    strangers: dict[str, list[tuple[str, str]]] = defaultdict(list)
    asked: dict[str, int] = defaultdict(int)
    for child in readable.values():
        for column, parent_name in _references(child.table):
            parent = readable.get(parent_name)
            if parent is None or column not in child.columns:
                continue
            verdict = _join_verdict(connection, child, parent, column)
            asked[parent_name] += verdict is not None
            if verdict:
                strangers[parent_name].append((child.table.name, verdict))
    problems = []
    for parent_name, found in strangers.items():
        if len(found) > 1 and len(found) == asked[parent_name]:
            names = ", ".join(name for name, _ in found)
            problems.append(
                f"{parent_name}: its ids are not those that {names} refer to ("
                f"{found[0][1]}); deliver files of one environment, ids as text"
            )
        else:
            problems += [
                f"{name}: {verdict}; deliver files of one environment, ids as text"
                for name, verdict in found
            ]
    return problems


def _references(table: Table) -> Iterator[tuple[str, str]]:
    """Yield (column, table it refers to): a column named as another table's key."""
    for other in raw_contract().values():
        (*_, column) = other.entry["key"]
        is_key = other.entry["key"] == [column]
        if is_key and other.name != table.name and column in table.columns:
            yield column, other.name


def _join_verdict(
    connection: duckdb.DuckDBPyConnection,
    child: ReadableTable,
    parent: ReadableTable,
    column: str,
) -> str | None:
    """Say how a table's ids fail to join; empty: they do not; None: too few to say."""
    if column not in parent.columns:
        return None

    def ids(readable: ReadableTable) -> str:
        # Case and white space are staging's business.
        space = "' ' || chr(9) || chr(10) || chr(13) || chr(160)"
        cleaned = f"lower(trim(cast({column} as varchar), {space}))"
        return f"select distinct {cleaned} as id from {readable.rows()}"

    total, known, repaired = connection.execute(
        f"""
        with parents as ({ids(parent)}),
        bare_parents as (select distinct ltrim(id, '0') as id from parents),
        children as ({ids(child)})
        select
            count(*),
            count(parents.id),
            count(bare_parents.id) filter (where parents.id is null)
        from children
        left join parents on children.id = parents.id
        left join bare_parents on ltrim(children.id, '0') = bare_parents.id
        where children.id <> ''
        """
    ).fetchone()
    if total < limits.JOIN_IDS:
        return None
    if repaired >= max(limits.LOST_ZERO_IDS, limits.LOST_ZERO_SHARE * total):
        return (
            f"{repaired:,} of {total:,} {column}s match {parent.table.name} only when "
            "leading zeros are ignored: they were lost in one of the two"
        )
    # A list of people holds who is there today; older rows name those who left.
    is_of_people = any(about.personal for about in parent.table.columns.values())
    if known < limits.JOIN_SHARE * total and not is_of_people:
        return f"only {known:,} of {total:,} {column}s are in {parent.table.name}"
    return ""


def amount_of(
    connection: duckdb.DuckDBPyConnection,
    readable: ReadableTable,
    paths: Sequence[Path],
) -> Decimal | str | None:
    """Return the exact sum of the table's main amount over some of its files.

    None: the table has none. A text says why it cannot be summed.
    """
    column = AMOUNT_COLUMNS.get(readable.table.name)
    if column not in readable.columns:
        return None
    total, wrong = connection.execute(
        f"""
        select
            coalesce(sum(try_cast({column} as decimal(38, 10))), 0),
            count(*) filter (
                where trim(cast({column} as varchar)) <> ''
                and try_cast({column} as decimal(38, 10)) is null
            )
        from {readable.rows(paths)}
        """
    ).fetchone()
    if wrong:
        return f"{wrong:,} values of {column} are no plain numbers; correct them"
    return total.normalize()
