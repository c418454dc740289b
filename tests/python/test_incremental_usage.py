"""Whatever is delivered when: usage that is kept ends as a full build has it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.compiled_models import run_dbt
from bowtie import parsed_project, state
from bowtie.landing.results import LandedFile, LandedTable, Landing
from bowtie.paths import PROJECT_DIR, Home, Workplace

TODAY = date(2025, 6, 11)
ACCOUNTS = ("A", "B", "C")
BUILT = (
    "health.usage_weekly",
    "staging.base_usage__daily",
    "staging.base_usage__features_daily",
    "staging.base_usage__events",
)

# An account of which the CRM may not know yet, a day that may not be over yet.
rows = st.lists(
    st.tuples(
        st.sampled_from([*ACCOUNTS, "NEW"]),
        st.integers(-40, 3).map(lambda days: TODAY + timedelta(days=days)),
        st.integers(-1, 4),
    ),
    min_size=1,
    max_size=6,
)
file_names = st.sampled_from(["one", "two", "three"])
changes = st.one_of(
    st.tuples(st.just("deliver"), file_names, rows),
    st.tuples(st.just("replay"), file_names, file_names),
    st.tuples(st.just("withdraw"), file_names),
    st.tuples(st.just("merge"), st.sampled_from(["A", "C", ""])),
    st.tuples(st.just("mark as test"), st.booleans()),
    st.tuples(st.just("sign")),
    st.tuples(st.just("date"), st.integers(-8, 8)),
)


@dataclass
class Company:
    """What lies in the raw folder, and the day as of which it is looked at."""

    raw: Path
    usage_format: str
    as_of: date = TODAY
    b_merged_into: str = ""
    b_is_test: bool = False
    accounts: list[str] = field(default_factory=lambda: [*ACCOUNTS])
    files: dict[str, list[tuple[str, date, int]]] = field(
        default_factory=lambda: {"first": [("A", TODAY, 1), ("B", TODAY, 2)]}
    )

    def change(self, kind: str, *what) -> None:
        if kind == "deliver":
            self.files[what[0]] = what[1]
        elif kind == "replay" and what[0] in self.files:
            self.files[what[1] + "-again"] = self.files[what[0]]
        elif kind == "withdraw":
            self.files.pop(what[0], None)
        elif kind == "merge":
            (self.b_merged_into,) = what
        elif kind == "mark as test":
            (self.b_is_test,) = what
        elif kind == "sign" and "NEW" not in self.accounts:
            self.accounts.append("NEW")
        elif kind == "date":
            self.as_of = TODAY + timedelta(days=what[0])

    def write(self) -> Landing:
        usage = self.raw / "usage_daily"
        usage.mkdir(exist_ok=True)
        for path in usage.iterdir():
            path.unlink()
        for name, content in self.files.items():
            self._write_usage(usage / f"{name}.{self.usage_format}", content)
        lines = ["account_id,account_name,created_at,merged_into_account_id,is_test"]
        for account in self.accounts:
            own = (
                f"{self.b_merged_into},{self.b_is_test}" if account == "B" else ",false"
            )
            lines.append(f"{account},{account},2024-01-01,{own}")
        (self.raw / "crm_accounts.csv").write_text("\n".join(lines) + "\n")
        files = tuple(
            LandedFile(
                path.relative_to(self.raw).as_posix(),
                *(len(content), 0, path.stat().st_size),
                sha256(path.read_bytes()).hexdigest(),
            )
            for path in sorted(usage.iterdir())
        )
        columns = ("account_id", "usage_date", "active_users")
        table = LandedTable("usage_daily", self.usage_format, files, columns, (), False)
        return Landing({"usage_daily": table}, ())

    def _write_usage(self, path: Path, content: list[tuple[str, date, int]]) -> None:
        values = ", ".join(f"('{who}', date '{day}', {n})" for who, day, n in content)
        rows = f"(values {values}) as rows (account_id, usage_date, active_users)"
        duckdb.sql(f"copy (from {rows}) to '{path}'")


class Dbt:
    """Builds usage; the project is read once, and the file is left closed."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        # A database without a table is built in full, whatever is said to be kept.
        said = {"raw_way": "files", "changed_usage_weeks": []}
        database = scratch / "bowtie.duckdb"
        run_dbt("parse", variables=said, database=database, target=scratch / "parsed")
        self._manifest = parsed_project.read(parsed_project.place_of(said, database))

    def build(
        self, company: Company, database: Path, weeks: list[state.Week] | None
    ) -> None:
        said = {
            "raw_way": "files",
            "as_of_date": company.as_of.isoformat(),
            "raw_dir": str(company.raw),
            "changed_usage_weeks": weeks,
        }
        selection = ("run", "--select", "+usage_weekly")
        self._invoke(database, said, *selection)

    def _invoke(self, database: Path, said: dict, *words: str) -> None:
        # Whose import takes seconds, in every worker.
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("BOWTIE_DATABASE", str(database))
            done = dbtRunner(manifest=self._manifest).invoke(
                [
                    *words,
                    *("--quiet", "--log-level-file", "none"),
                    *("--project-dir", str(PROJECT_DIR)),
                    *("--profiles-dir", str(PROJECT_DIR)),
                    *("--target-path", str(self._scratch / "target")),
                    *("--vars", json.dumps(said)),
                ]
            )
        DuckDBConnectionManager.close_all_connections()
        assert done.success, done.exception or done.result


def contents(database: Path) -> dict[str, list[tuple]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return {
            table: connection.execute(f"from {table} order by all").fetchall()
            for table in BUILT
        }


def run(home: Home, company: Company, dbt: Dbt) -> dict[str, list[tuple]]:
    """Do what `bowtie run` does about usage; return what it makes of it."""
    folder = home.work / "run"
    folder.mkdir()
    workplace = Workplace(folder)
    start = state.start(
        home, workplace, company.raw, company.write(), company.as_of, {}
    )
    dbt.build(company, workplace.database, start.changed_weeks)
    found = contents(workplace.database)
    make_tables(workplace.database, state._SCORES)
    state.keep(home, workplace, start.made_from)
    workplace.remove()
    return found


def make_tables(database: Path, names: Iterable[str]) -> None:
    """Make tables as a whole build has them, unless they are there; of a row each."""
    with duckdb.connect(str(database)) as connection:
        for name in names:
            schema, _, _ = name.partition(".")
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table if not exists {name} as select 1 as n")


@pytest.fixture(scope="module")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    return Dbt(tmp_path_factory.mktemp("dbt"))


def check_schedule(dbt: Dbt, usage_format: str, schedule: list[list[tuple]]) -> None:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "raw").mkdir()
        home, other = Home.at(folder / "home"), Home.at(folder / "other")
        home.make()
        other.make()
        company = Company(folder / "raw", usage_format)
        kept = run(home, company, dbt)
        for day in schedule:
            for change in day:
                company.change(*change)
            kept = run(home, company, dbt)
        assert kept == run(other, company, dbt)


def test_a_schedule_with_each_change_ends_as_a_full_build(dbt: Dbt) -> None:
    late = [("A", TODAY - timedelta(30), 3), ("B", TODAY - timedelta(20), 1)]
    early = [("NEW", TODAY - timedelta(9), 2), ("C", TODAY, -1), ("C", TODAY, 2)]
    check_schedule(
        dbt,
        "parquet",
        [
            [("deliver", "one", late), ("deliver", "two", early)],
            [("merge", "C"), ("sign",)],
            [("replay", "one", "one"), ("date", -1)],
            [("mark as test", True), ("withdraw", "one"), ("date", 3)],
        ],
    )


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["csv", "parquet"]),
    st.lists(st.lists(changes, min_size=1, max_size=4), min_size=1, max_size=4),
)
def test_any_schedule_ends_as_a_full_build(dbt: Dbt, usage_format, schedule) -> None:
    check_schedule(dbt, usage_format, schedule)


@dataclass
class Left:
    """What a run of TODAY has left, and how it had started itself."""

    home: Home
    workplace: Workplace
    company: Company
    first: state.Start = field(init=False)

    @classmethod
    def by_a_run(cls, folder: Path) -> Left:
        (folder / "raw").mkdir()
        home = Home.at(folder / "home")
        home.make()
        company = Company(folder / "raw", "parquet")
        left = cls(home, Workplace.new(home), company)
        left.first = left.start()
        make_tables(left.workplace.database, (*BUILT, *state._SCORES))
        state.keep(home, left.workplace, left.first.made_from)
        return left

    def start(self, as_of: date = TODAY, **switches: str) -> state.Start:
        landing = self.company.write()
        given = (self.home, self.workplace, self.company.raw, landing, as_of)
        return state.start(*given, switches)


def test_a_changed_rule_makes_the_next_build_a_full_one(tmp_path: Path) -> None:
    left = Left.by_a_run(tmp_path)
    again = left.start()
    changed = left.start(business_timezone="Europe/Berlin")
    assert (left.first.changed_weeks, again.changed_weeks) == (None, [])
    assert changed.changed_weeks is None


@pytest.mark.parametrize(
    ("days", "there"),
    [(0, "kept_health_facts"), (7, "kept_health_facts"), (-1, None)],
)
def test_scores_are_kept_for_the_same_day_and_later_ones(
    tmp_path: Path, days: int, there: str | None
) -> None:
    left = Left.by_a_run(tmp_path)
    left.start(TODAY + timedelta(days))
    with duckdb.connect(str(left.workplace.database), read_only=True) as candidate:
        found = candidate.execute(
            "select table_name from duckdb_tables() where table_name like '%facts'"
        ).fetchone()
    assert found == ((there,) if there else None)


def test_a_damaged_state_makes_the_next_build_a_full_one(tmp_path: Path) -> None:
    left = Left.by_a_run(tmp_path)
    database = left.workplace.database
    (left.home.state / database.name).write_bytes(b"no database")
    assert (left.start().changed_weeks, database.exists()) == (None, False)
