"""What a run leaves to the next one: the day after costs the day, not the history.

HOME/state/bowtie.duckdb    of the candidate that was published last, usage as it was
                            judged, and health scores with the facts they came of
HOME/state/made_from.json   what it was made from; written last, so that a state without
                            it is half a state, and none

The next run starts from a copy and tells dbt which weeks of usage have other raw rows
than they had: weeks of which a file was added, changed or taken away. Files are known
by their content, so that it does not matter in which order, how often or how late rows
arrive. Of health, the facts of each customer's week are made anew and compared with
those kept: where they are the same, so is the score (`int_stale_scores`). A change of
code, policies, switches or of the form of the raw usage makes the state worthless, and
the build a full one. Nothing else of the candidate is kept: not the names, addresses
and words of people that its staging holds.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from bowtie.engine import connect
from bowtie.hashing import sha256_of_code
from bowtie.landing.across import rows_of
from bowtie.landing.results import LandedTable, Landing
from bowtie.paths import Home, Workplace
from bowtie.sql_text import literal

# The raw tables that are judged week by week, with the column that holds a row's day.
_DAYS = {
    "usage_daily": "usage_date",
    "usage_features_daily": "usage_date",
    "usage_events": "occurred_at",
}
# What holds their weeks in a candidate.
_USAGE = (
    "staging.base_usage__daily",
    "staging.base_usage__features_daily",
    "staging.base_usage__events",
    "health.usage_weekly",
)
# Scores by week, and what they were made of.
_FACTS = "intermediate.int_health_facts"
_SCORES = (
    _FACTS,
    "intermediate.int_undamped_health_scores",
    "health.health_driver_scores",
)
# What the facts are called while the next candidate makes its own.
_FACTS_BEFORE = "kept_health_facts"
# What decides how a raw row is judged, besides the row.
_RULES = (
    "dbt_project.yml",
    "macros",
    "models",
    "seeds/policy",
    "bowtie/landing",
    "bowtie/state.py",
)

# The Monday of a week as ISO text; None for rows whose day no calendar reaches.
Week = str | None
# By table and content.
Files = Mapping[str, tuple[int, tuple[Week, ...]]]


@dataclass(frozen=True)
class MadeFrom:
    """What a candidate's usage was judged from.

    `as_of` is an ISO date. `files` says of each content of a usage file how often it
    was delivered, and of which weeks it may have rows.
    """

    rules: str
    as_of: str
    files: Files

    def changed_since(self, earlier: MadeFrom) -> list[Week]:
        """Return the weeks of files that only one of the two has, oldest first."""
        weeks = {
            week
            for name, (_, found) in {**earlier.files, **self.files}.items()
            if self.files.get(name) != earlier.files.get(name)
            for week in found
        }
        return _in_order(weeks)

    def to_json(self) -> str:
        """Return it as text."""
        return json.dumps(
            {"rules": self.rules, "as_of": self.as_of, "files": dict(self.files)}
        )

    @classmethod
    def from_json(cls, text: str) -> MadeFrom:
        """Return what to_json wrote."""
        read = json.loads(text)
        files = read["files"].items()
        return cls(
            read["rules"],
            read["as_of"],
            {name: (times, tuple(weeks)) for name, (times, weeks) in files},
        )


@dataclass(frozen=True)
class Start:
    """Where a run starts: what it is made from, and what dbt need not do again.

    `changed_weeks` is None if the candidate starts empty, and dbt judges all usage.
    """

    made_from: MadeFrom
    changed_weeks: list[Week] | None


def start(
    home: Home,
    workplace: Workplace,
    raw_dir: Path,
    landing: Landing,
    as_of: date,
    switches: Mapping[str, Any],
) -> Start:
    """Copy the state into the workplace if it is of use, and say what has changed.

    Args:
        home: where the state is. Only the holder of the lock may call this.
        workplace: gets the database.
        raw_dir: the folder that was landed.
        landing: what the landing checks found in it.
        as_of: the day as of which the candidate is.
        switches: other dbt vars that replace the defaults.

    """
    earlier = _earlier(home)
    with connect(spill=workplace.folder / "spill") as connection:
        usage = [
            _Usage(connection, landing.tables[table], day, raw_dir, workplace.landing)
            for table, day in _DAYS.items()
            if table in landing.tables
        ]
        rules = _rules_of(usage, switches)
        if earlier is not None and earlier.rules != rules:
            earlier = None
        known = earlier.files if earlier else {}
        made_from = MadeFrom(
            rules,
            as_of.isoformat(),
            {name: found for table in usage for name, found in table.files(known)},
        )
    if earlier is None:
        return Start(made_from, None)
    shutil.copyfile(home.state / workplace.database.name, workplace.database)
    try:
        _set_scores_aside(workplace.database, is_later=earlier.as_of <= made_from.as_of)
    except duckdb.Error:
        # It is not as it was left, and nobody hangs on it.
        workplace.database.unlink()
        return Start(made_from, None)
    return Start(made_from, made_from.changed_since(earlier))


def _set_scores_aside(candidate: Path, is_later: bool) -> None:
    """Have the facts of kept scores make room for the candidate's own.

    On an earlier day the weeks of drivers reach further back than what is kept: there
    all is scored anew.
    """
    with connect(candidate) as connection:
        if is_later:
            connection.execute(f"alter table {_FACTS} rename to {_FACTS_BEFORE}")
        else:
            for table in _SCORES:
                connection.execute(f"drop table {table}")


def keep(home: Home, workplace: Workplace, made_from: MadeFrom) -> None:
    """Keep of the workplace's candidate, once published, what the next run starts from.

    Raises:
        OSError, duckdb.Error: it cannot be written; the next run judges all usage.

    """
    forget(home)
    kept = workplace.folder / "state.duckdb"
    _write_kept(workplace.database, kept)
    home.state.mkdir()
    kept.rename(home.state / workplace.database.name)
    _note(home).write_text(made_from.to_json(), encoding="utf-8")


def _write_kept(candidate: Path, kept: Path) -> None:
    """Copy the tables to keep into a new file, as they were declared.

    To drop all others from the candidate would leave their rows in its free blocks.
    """
    with connect(kept) as connection:
        connection.execute(f"attach {literal(candidate)} as built (read_only)")
        for name in (*_USAGE, *_SCORES):
            schema, table = name.split(".")
            (declared,) = connection.execute(
                """
                select sql from duckdb_tables()
                where (database_name, schema_name, table_name) = ('built', ?, ?)
                """,
                [schema, table],
            ).fetchone()
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(declared)
            connection.execute(f"insert into {name} from built.{name}")


def forget(home: Home) -> None:
    """Have the next run judge all usage again."""
    _note(home).unlink(missing_ok=True)
    shutil.rmtree(home.state, ignore_errors=True)


def _note(home: Home) -> Path:
    """Return the file that says what the state was made from."""
    return home.state / "made_from.json"


def _earlier(home: Home) -> MadeFrom | None:
    """Return what the state was made from; None if there is none to be had."""
    try:
        return MadeFrom.from_json(_note(home).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _in_order(weeks: Iterable[Week]) -> list[Week]:
    """Return weeks by date, None first."""
    return sorted(weeks, key=lambda week: week or "")


def _rules_of(usage: Iterable[_Usage], switches: Mapping[str, Any]) -> str:
    """Return the SHA-256 of all that decides how usage is judged, besides its rows."""
    said = {
        "code": sha256_of_code(_RULES),
        "versions": [version(name) for name in ("dbt-core", "dbt-duckdb", "duckdb")],
        "switches": dict(sorted(switches.items())),
        "usage": {table.table.name: table.form() for table in usage},
    }
    return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class _Usage:
    """One raw usage table as it was landed."""

    connection: duckdb.DuckDBPyConnection
    table: LandedTable
    day: str
    raw_dir: Path
    landing_dir: Path

    def files(self, known: Files) -> Iterable[tuple[str, tuple[int, tuple[Week, ...]]]]:
        """Yield what MadeFrom holds of each content; a known one is not read again."""
        paths: dict[str, list[str]] = {}
        for file in self.table.files:
            # A folder may say the day, as in `usage_date=2024-01-31/`.
            folders = [part for part in file.path.split("/")[:-1] if "=" in part]
            name = "/".join([self.table.name, *folders, file.sha256])
            paths.setdefault(name, []).append(file.path)
        for name, same in paths.items():
            weeks = known[name][1] if name in known else self._weeks(same[0])
            yield name, (len(same), weeks)

    def form(self) -> list[Any]:
        """Return the columns and types in which SQL sees the table."""
        rows = self._rows([file.path for file in self.table.files])
        return self.connection.execute(f"describe select * from {rows}").fetchall()

    def _rows(self, paths: Iterable[str]) -> str:
        """Return SQL for the rows of some files, as the models read them."""
        folder = self.landing_dir if self.table.copied else self.raw_dir
        return rows_of(self.table.format, [folder / path for path in paths])

    def _weeks(self, path: str) -> tuple[Week, ...]:
        """Return the weeks of which a file may have rows; too many do no harm.

        A day that is no date yet may be moved by a time zone, or turn out to be none.
        """
        rows = self._rows([path])
        is_date = self.connection.execute(
            f"select typeof(any_value({self.day})) = 'DATE' from {rows}"
        ).fetchone() == (True,)
        days = f"select {self.day} as day from {rows}"
        if not is_date:
            text = f"substr(trim(cast({self.day} as varchar)), 1, 10)"
            days = f"""
                select try_cast({text} as date) + unnest([-1, 0, 1]) as day from {rows}
                union all
                select null
            """
        found = self.connection.execute(
            f"""
            select distinct cast(cast(date_trunc('week', day) as date) as varchar)
            from (
                select case when day < date '2200-01-01' then day end as day
                from ({days})
            )
            """
        ).fetchall()
        return tuple(_in_order(week for (week,) in found))
