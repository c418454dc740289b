"""One delivery on its way to being published: landed, built, tested and checked.

As `bowtie run` does it, but without dbt: the models are compiled once, and only those
that read a table with other rows are made again, in a copy of the clean company's
database.
"""

from __future__ import annotations

import filecmp
import re
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from unittest.mock import patch

import duckdb

from benchmarks.compiled_models import (
    DATABASE,
    CompiledModels,
    DataTest,
    Node,
    compile_models,
)
from benchmarks.faults.plain_judge import judge_plainly
from bowtie.checks import (
    record_results,
    remember_volumes,
    run_checks,
    stopping_lines,
)
from bowtie.contract import raw_contract
from bowtie.landing import Landing, LandingError, land

# The day that dbt compiles for: what models make of it, nothing else, is replaced by
# what they would make of another.
_COMPILED_FOR = date(2099, 7, 4)
_REFUSALS = "landing_refusals"
# New values that the sender announced: benign from then on (F01).
ANNOUNCED = {
    "billing_subscriptions.status": ["on_hold"],
    "crm_activities.activity_type": ["webcast"],
}
_READ_CSV = re.compile(
    rf"read_csv\('[^']*/({'|'.join([*raw_contract(), _REFUSALS])})\.csv', ([^)]*)\)"
)


@dataclass
class Reaction:
    """What became of a delivery."""

    # Lines that stopped it; none: it would be published.
    blocks: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    landing: Landing | None = None
    # Tables that have other rows than the clean company's, as schema.name.
    changed: list[str] = field(default_factory=list)
    # The candidate; None where none came about.
    database: Path | None = None


@dataclass(frozen=True)
class Bench:
    """The compiled project, and how it reads each raw table's file."""

    models: CompiledModels
    csv_options: Mapping[str, str]

    @classmethod
    def set_up(
        cls, scratch: Path, announced: Mapping[str, list[str]] = ANNOUNCED
    ) -> Bench:
        """Compile the project for files of every table with every column."""
        raw, landing = scratch / "raw", scratch / "landing"
        for folder in (raw, landing):
            folder.mkdir(parents=True)
        for table in raw_contract().values():
            header = ",".join(table.columns)
            (raw / f"{table.name}.csv").write_text(f"{header}\n", encoding="utf-8")
        refusals = landing / f"{_REFUSALS}.csv"
        refusals.write_text("table_name,file_name,line_number,reason\n", "utf-8")
        models = compile_models(
            raw,
            _COMPILED_FOR,
            scratch / "dbt",
            landing_dir=str(landing),
            announced_values=dict(announced),
        )
        options = {}
        for node in models.nodes:
            for statement in node.statements:
                options |= dict(_READ_CSV.findall(statement))
        return cls(models, options)

    def as_of(self, day: date) -> DayBench:
        """Return the bench for one as-of date."""
        nodes = tuple(
            replace(node, statements=tuple(self._at(day, s) for s in node.statements))
            for node in self.models.nodes
        )
        tests = tuple(
            replace(test, failing_rows=self._at(day, test.failing_rows))
            for test in self.models.tests
        )
        return DayBench(CompiledModels(nodes, tests), self.csv_options)

    def _at(self, day: date, statement: str) -> str:
        statement = _READ_CSV.sub(r"raw.\1", statement)
        compiled_days = days_in_sql(_COMPILED_FOR)
        for compiled, meant in zip(compiled_days, days_in_sql(day), strict=True):
            statement = statement.replace(compiled, meant)
        return statement


def days_in_sql(as_of: date) -> tuple[str, ...]:
    """Return the days that stand in SQL compiled as of a day.

    The day, the reference date of exchange rates, and the first day of the last month
    that is whole.
    """
    last_day = (as_of + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    days = (as_of, date(as_of.year - 1, 12, 31), last_day.replace(day=1))
    return tuple(map(date.isoformat, days))


@dataclass(frozen=True)
class DayBench:
    """Takes deliveries as of one day."""

    models: CompiledModels
    csv_options: Mapping[str, str]

    def take(
        self,
        raw: Path,
        work: Path,
        clean: Path | None = None,
        clean_raw: Path | None = None,
        threads: int = 1,
    ) -> Reaction:
        """Land, build and test a delivery.

        Args:
            raw: the folder of raw files.
            work: an empty folder for what is written.
            clean: a database that `take` made of other files on the same day; what
                reads the same rows is taken from there.
            clean_raw: the folder of those files.
            threads: how many of the engine's build.

        """
        try:
            landing = land(raw, work / "landing")
        except LandingError as error:
            return Reaction(blocks=error.problems)
        notes = [note for table in landing.tables.values() for note in table.notes]
        reaction = Reaction(notes=[*landing.notes, *notes], landing=landing)
        database = work / f"{DATABASE}.duckdb"
        if clean:
            shutil.copy(clean, database)
        with duckdb.connect(str(database), config={"threads": threads}) as candidate:
            candidate.execute("set TimeZone = 'UTC'")
            # One transaction writes the file once, not after each of 400 statements.
            candidate.begin()
            if not clean:
                self.models.make_schemas(candidate)
                candidate.execute("create schema raw")
            same = _same_files(raw, clean_raw)
            changed = self._load(candidate, landing, raw, work / "landing", same)
            self._make(candidate, changed, clean, reaction)
            if not reaction.blocks:
                _list_columns(candidate, landing)
                candidate.commit()
                reaction.database = database
        return reaction

    def _load(
        self,
        candidate: duckdb.DuckDBPyConnection,
        landing: Landing,
        raw: Path,
        copies: Path,
        same: Collection[str],
    ) -> set[str]:
        """Put the raw rows into schema raw; return the tables that have other rows.

        `same`: tables whose rows are there already.
        """
        changed = set()
        for table in raw_contract().values():
            if table.name in same:
                continue
            landed = landing.tables.get(table.name)
            present = landed.columns if landed else ()
            columns = ", ".join(
                name if name in present else f"cast(null as varchar) as {name}"
                for name in table.columns
            )
            source = "(select 1) where false"
            if landed:
                folder = copies if landed.copied else raw
                pattern = f"{table.name}.csv"
                if (folder / table.name).is_dir():
                    pattern = f"{table.name}/**/*.csv"
                options = self.csv_options[table.name]
                source = f"read_csv('{folder / pattern}', {options})"
            if _load(candidate, table.name, f"select {columns} from {source}"):
                changed.add(table.name)
        refusals = f"from read_csv('{copies / _REFUSALS}.csv', all_varchar = true)"
        if _load(candidate, _REFUSALS, refusals):
            changed.add(_REFUSALS)
        return changed

    def _make(
        self,
        candidate: duckdb.DuckDBPyConnection,
        changed: Collection[str],
        clean: Path | None,
        reaction: Reaction,
    ) -> None:
        """Make what reads the changed tables (everything without `clean`), and test it.

        A test runs as soon as all that it reads is made, as in `dbt build`. A table
        that comes out as the clean company's changes nothing that reads it.
        """
        stale: set[str] = set()
        unmade = {node.key for node in self.models.nodes}
        untested = list(self.models.tests)
        for node in self.models.nodes:
            unmade.discard(node.key)
            if not clean or _reads(node, changed) or stale & set(node.parents):
                try:
                    _make_again(candidate, node)
                except duckdb.Error as error:
                    # dbt leaves out what follows from a test that does not hold.
                    if not reaction.blocks:
                        # As bowtie/build.py: what the database says may hold values.
                        kind = type(error).__name__.removesuffix("Exception")
                        reaction.blocks.append(f"model {node.name}: {kind} Error")
                    return
                if not clean or not _is_as_in(clean, candidate, node):
                    stale.add(node.key)
                    reaction.changed.append(f"{node.schema}.{node.name}")
            ready = [test for test in untested if not unmade & set(test.parents)]
            for test in ready:
                untested.remove(test)
                if stale & set(test.parents):
                    _try(candidate, test, reaction)


def _same_files(raw: Path, clean_raw: Path | None) -> set[str]:
    """Return the tables that one file holds, byte for byte that of `clean_raw`."""
    if clean_raw is None:
        return set()
    names = [
        f"{name}.csv"
        for name in raw_contract()
        if not [path for path in raw.glob(f"{name}*") if path.name != f"{name}.csv"]
    ]
    same, _, _ = filecmp.cmpfiles(raw, clean_raw, names, shallow=False)
    return {name.removesuffix(".csv") for name in same}


def _is_as_in(clean: Path, candidate: duckdb.DuckDBPyConnection, node: Node) -> bool:
    """Whether a table has the rows that it has in another database; a view is new."""
    name = f"{node.schema}.{node.name}"
    before = _fingerprints(clean).get(name)
    return before is not None and _fingerprint(candidate, name) == before


@cache
def _fingerprints(database: Path) -> dict[str, tuple[int, int]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
        ).fetchall()
        return {name: _fingerprint(connection, name) for (name,) in names}


def _fingerprint(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[int, int]:
    """Return what two tables with the same rows, in any order, have in common."""
    return connection.execute(
        f"select count(*), coalesce(sum(hash(rows) >> 8), 0) from {name} as rows"
    ).fetchone()


def _try(
    candidate: duckdb.DuckDBPyConnection, test: DataTest, reaction: Reaction
) -> None:
    counted = f"select count(*) from ({test.failing_rows}\n)"
    (rows,) = candidate.execute(counted).fetchone()
    if rows:
        remedy = f"; {test.remedy}" if test.remedy else ""
        lines = reaction.warnings if test.is_warning else reaction.blocks
        lines.append(f"test '{test.name}' does not hold ({rows:,} rows){remedy}")


def check(reaction: Reaction, previous: Path | None) -> None:
    """Have a candidate checked as before publishing; previous: the last generation."""
    if reaction.database is None:
        return
    remember_volumes(reaction.database, previous)
    about = {"landing": reaction.landing}
    with patch("bowtie.checks.judge.judge", judge_plainly):
        results = run_checks(reaction.database, previous, about)
    record_results(reaction.database, results)
    reaction.blocks += stopping_lines(results)
    reaction.warnings += [r.message for r in results if r.outcome == "warned"]


def _list_columns(candidate: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    """List the columns of a delivery, as dbt does while it compiles."""
    candidate.execute("delete from quality.raw_columns")
    candidate.executemany(
        "insert into quality.raw_columns values (?, ?)",
        [
            (table.name, column)
            for table in raw_contract().values()
            if table.name in landing.tables
            for column in table.columns
            if column in landing.tables[table.name].columns
        ],
    )


def _reads(node: Node, tables: Collection[str]) -> bool:
    return any(
        f"raw.{table}\n" in f"{statement}\n"
        for table in tables
        for statement in node.statements
    )


def _load(candidate: duckdb.DuckDBPyConnection, table: str, rows: str) -> bool:
    """Put rows into a raw table; return whether it held others before, or none."""
    candidate.execute(f"create temp table arrived as {rows}")
    candidate.execute(f"create table if not exists raw.{table} as from arrived limit 0")
    is_new = candidate.execute(
        f"""
        select 1 where exists (from arrived except all from raw.{table})
        or exists (from raw.{table} except all from arrived)
        """
    ).fetchone()
    if is_new:
        candidate.execute(f"delete from raw.{table}")
        candidate.execute(f"insert into raw.{table} from arrived")
    candidate.execute("drop table arrived")
    return bool(is_new)


def _make_again(candidate: duckdb.DuckDBPyConnection, node: Node) -> None:
    is_view = any(text.startswith("create view") for text in node.statements)
    kind = "view" if is_view else "table"
    candidate.execute(f'drop {kind} if exists "{node.schema}"."{node.name}"')
    node.make(candidate)
