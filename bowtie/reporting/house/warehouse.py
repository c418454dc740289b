"""Questions to the marts, and answers that know where they come from.

A query reads one mart and may filter and order. It neither joins nor computes: what a
page shows is what any other reader of the mart gets. Columns keep their names, so that
the mart's own descriptions are the definitions in the page.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

import duckdb
from markupsafe import Markup

from bowtie.engine import connect
from bowtie.reporting.house import formats
from bowtie.reporting.house.html import drawings_of
from bowtie.sql_text import literal

# Instead of a column, where a value is the number of a query's rows.
ROWS = "rows"
_MART = re.compile(r"\bfrom\s+([a-z_]+\.[a-z_]+)")


class ReportError(Exception):
    """A report cannot be computed; the text says why and holds no data value."""


@dataclass
class Page:
    """What the page under way is about: its warehouse, and how far it has come."""

    database: Path
    previous: Path | None = None
    generation: str = ""
    subject: str | None = None
    pages: Sequence[Mapping[str, str | None]] = ()
    # What the page of the generation before shows, by the hash of what it depends on.
    drawings: Mapping[str, Markup] = field(default_factory=dict)
    blocks: int = 0
    queries: dict[tuple[Path, str], Answer] = field(default_factory=dict)
    traced: set[int] = field(default_factory=set)

    def next_block(self) -> str:
        """Return an id that no other block of the page has."""
        self.blocks += 1
        return f"b{self.blocks}"

    def number_of(self, answer: Answer) -> int:
        """Return the number under which the page shows an answer's query."""
        asked = (answer.database, answer.shown_sql)
        self.queries.setdefault(asked, answer)
        return 1 + list(self.queries).index(asked)

    def untraced(self) -> list[Answer]:
        """Return the answers that were spoken of and whose query is not shown yet."""
        return [
            answer
            for answer in self.queries.values()
            if answer.number not in self.traced
        ]


_page: Page | None = None


def start(context: str | Path) -> None:
    """Begin a page; `context` is a JSON file with the fields of `Page`."""
    global _page
    if _page is None:
        # What was imported stays: to look through it for garbage before each page took
        # a quarter of the page's time.
        gc.collect()
        gc.freeze()
    given = json.loads(Path(context).read_text("utf-8"))
    previous, earlier = given.get("previous"), given.get("earlier_page")
    _page = Page(
        Path(given["database"]),
        Path(previous) if previous else None,
        given["generation"],
        given.get("subject"),
        given.get("pages", ()),
        drawings_of(Path(earlier).read_text("utf-8")) if earlier else {},
    )


def page() -> Page:
    """Return the page under way; by hand, that of what is published."""
    global _page
    if _page is None:
        from bowtie.paths import DATABASE, Home

        current = Home.at(None).current
        _page = Page(current / DATABASE, generation=current.resolve().name)
    return _page


def subject() -> str:
    """Return the id of what this page is about: an account, a CSM."""
    chosen = page().subject
    if chosen is None:
        raise ReportError("this report is about one account or CSM; none was given")
    return chosen


@dataclass(frozen=True)
class Value:
    """One value of an answer: escaped as HTML, and traceable.

    `raw` is what the mart holds.
    """

    raw: Any
    column: str
    row: int
    kind: str
    query: int

    def __html__(self) -> str:
        from bowtie.reporting.house.html import value_html

        return value_html(self)

    def __str__(self) -> str:
        return self.written(short=True)

    def written(self, short: bool = False) -> str:
        """Return the value as a reader sees it."""
        return formats.written(self.raw, self.kind, currency(), short)

    def shown_as(self, kind: str) -> Value:
        """Return the same value, written as another kind."""
        return Value(self.raw, self.column, self.row, kind, self.query)


class Row:
    """One row of an answer; its columns are attributes, each a `Value`."""

    def __init__(self, answer: Answer, index: int) -> None:
        self._answer = answer
        self._index = index

    def __getattr__(self, column: str) -> Value:
        return self._answer.value(column, self._index)


@dataclass(frozen=True)
class Answer:
    """The rows of a query, in its order.

    `numbers` says which row of the query each row is, for an answer that was narrowed.
    """

    database: Path
    sql: str
    parameters: tuple[str, ...]
    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    numbers: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return (Row(self, index) for index in range(len(self)))

    @property
    def number(self) -> int:
        """The number under which the page shows the query."""
        return page().number_of(self)

    @property
    def mart(self) -> str:
        """The mart that was asked, as schema.table."""
        found = _MART.search(self.sql)
        if found is None:
            raise ReportError("a query of a report names its mart as schema.table")
        return found[1]

    @property
    def count(self) -> Value:
        """How many rows the query answers; raises ReportError for a part of them."""
        if self.numbers != tuple(range(len(self.rows))):
            raise ReportError("rows are counted of a whole query, not of a part of it")
        return Value(len(self), ROWS, -1, "count", self.number)

    def row(self, index: int = 0) -> Row:
        """Return a row, -1 for the last; one that is not there has no values."""
        return Row(self, index)

    def only(self, otherwise: str) -> Row:
        """Return the one row; raise ReportError saying `otherwise` if there is none."""
        if not self.rows:
            raise ReportError(otherwise)
        return self.row()

    def values(self, column: str) -> list[Any]:
        """Return a column as the mart holds it."""
        position = self.columns.index(column)
        return [row[position] for row in self.rows]

    def value(self, column: str, index: int) -> Value:
        """Return one value; None where the answer has no such row."""
        if column not in self.columns:
            raise AttributeError(f"the query does not select {column}")
        position = self.columns.index(column)
        index = index if index >= 0 else index + len(self)
        there = 0 <= index < len(self)
        return Value(
            self.rows[index][position] if there else None,
            column,
            self.numbers[index] if there else -1,
            self.kind(column),
            self.number,
        )

    def kind(self, column: str) -> str:
        """Return how the values of a column are written."""
        return formats.kind_of(column, self.types[self.columns.index(column)])

    def where(self, **wanted: Any) -> Answer:
        """Return the rows whose columns have these values (a set: one of them)."""
        kept = [
            index
            for index, row in enumerate(self.rows)
            if all(
                _matches(row[self.columns.index(column)], value)
                for column, value in wanted.items()
            )
        ]
        return self._only(kept)

    def first(self, count: int) -> Answer:
        """Return the first rows."""
        return self._only(range(min(count, len(self))))

    def _only(self, kept: Sequence[int]) -> Answer:
        return replace(
            self,
            rows=tuple(self.rows[index] for index in kept),
            numbers=tuple(self.numbers[index] for index in kept),
        )

    @property
    def shown_sql(self) -> str:
        """The query as a reader can run it, its parameters written out."""
        pieces = self.sql.split("?")
        values = [*map(literal, self.parameters), ""]
        return "".join(
            piece + value for piece, value in zip(pieces, values, strict=True)
        )


def _matches(value: Any, wanted: Any) -> bool:
    return value in wanted if isinstance(wanted, (set, frozenset)) else value == wanted


def ask(sql: str, *parameters: str) -> Answer:
    """Return what a mart answers; each `?` takes the next parameter."""
    return _asked(page().database, sql, parameters)


def ask_previous(sql: str, *parameters: str) -> Answer | None:
    """Return what the last generation answers; None if it or the mart is not there."""
    earlier = page().previous
    if earlier is None:
        return None
    try:
        return _asked(earlier, sql, parameters)
    except duckdb.CatalogException:
        return None


def _asked(database: Path, sql: str, parameters: Sequence[str]) -> Answer:
    cursor = opened(database).cursor()
    cursor.execute(sql, list(parameters))
    description = cursor.description or []
    rows = tuple(cursor.fetchall())
    return Answer(
        database,
        dedent(sql).strip(),
        tuple(parameters),
        tuple(column[0] for column in description),
        tuple(str(column[1]) for column in description),
        rows,
        tuple(range(len(rows))),
    )


@cache
def opened(database: Path) -> duckdb.DuckDBPyConnection:
    """Return the connection to a warehouse file, opened once and read-only."""
    return connect(database, read_only=True)


def definitions(database: Path, mart: str) -> dict[str, str]:
    """Return what a mart says of itself ("") and of each of its columns."""
    return _comments(database).get(mart, {})


@cache
def _comments(database: Path) -> dict[str, dict[str, str]]:
    """Return what each mart says, by mart and column."""
    found = (
        opened(database)
        .cursor()
        .execute(
            """
            select schema_name || '.' || table_name, '', comment from duckdb_tables()
            union all
            select schema_name || '.' || view_name, '', comment from duckdb_views()
            where not internal
            union all
            select schema_name || '.' || table_name, column_name, comment
            from duckdb_columns()
            where not internal
            """
        )
        .fetchall()
    )
    said: dict[str, dict[str, str]] = {}
    for mart, column, comment in found:
        said.setdefault(mart, {})[column] = " ".join((comment or "").split())
    return said


@cache
def policies(database: Path) -> dict[str, str]:
    """Return the switches in force, as `read_policies` reads them, once."""
    return read_policies(opened(database).cursor())


def read_policies(marts: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the switches in force: name and setting, or "not set"."""
    found = marts.execute(
        "select policy, setting from quality.policies where kind = 'switch'"
    ).fetchall()
    return {name: setting or "not set" for name, setting in found}


def day_of(switches: Mapping[str, str]) -> date:
    """Return the day as of which everything was computed, from the switches."""
    return date.fromisoformat(switches["as_of_date in force"])


def currency() -> str:
    """Return the currency of every amount in the marts."""
    return policies(page().database)["reporting_currency"]
