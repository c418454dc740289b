"""What tests share: the project's folder, a tiny company, and built warehouses."""

from __future__ import annotations

import csv
import fcntl
import gc
import pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks.compiled_models import compile_models
from benchmarks.faults.bench import Bench
from bowtie.paths import PROJECT_DIR, Home, Workplace
from bowtie.run import Request, build_candidate

# Oracles make millions of small objects that stay: to look for garbage in them as often
# as Python does took an eighth of their time.
gc.set_threshold(20_000, 50, 100)

# Three accounts: one that grew, one that churned, one that pays by the month.
TINY_COMPANY: Mapping[str, list[dict[str, str]]] = {
    "crm_accounts": [
        {"account_id": "A1", "account_name": "Growing", "created_at": "2023-01-05"},
        {"account_id": "A2", "account_name": "Gone", "created_at": "2023-02-01"},
        {"account_id": "A3", "account_name": "Monthly", "created_at": "2024-03-10"},
    ],
    "billing_subscriptions": [
        {"subscription_id": "S1", "account_id": "A1", "started_on": "2023-01-10",
         "ended_on": ""},
        {"subscription_id": "S2", "account_id": "A2", "started_on": "2023-02-01",
         "ended_on": "2024-02-01"},
        {"subscription_id": "S3", "account_id": "A3", "started_on": "2024-03-10",
         "ended_on": ""},
    ],
    "billing_subscription_items": [
        {"subscription_item_id": "I1", "subscription_id": "S1", "quantity": "10",
         "unit_price": "1200.00", "billing_interval": "year",
         "valid_from": "2023-01-10", "valid_to": "2024-01-10"},
        {"subscription_item_id": "I2", "subscription_id": "S1", "quantity": "15",
         "unit_price": "1200.00", "billing_interval": "year",
         "valid_from": "2024-01-10", "valid_to": ""},
        {"subscription_item_id": "I3", "subscription_id": "S2", "quantity": "1",
         "unit_price": "6000.00", "billing_interval": "year",
         "valid_from": "2023-02-01", "valid_to": ""},
        {"subscription_item_id": "I4", "subscription_id": "S3", "quantity": "2",
         "unit_price": "99.50", "billing_interval": "month",
         "valid_from": "2024-03-10", "valid_to": ""},
    ],
}  # fmt: skip

TINY_AS_OF = "2025-06-30"

# What tests ask of the sample as of a past day.
IN_SEPTEMBER = (
    "renewals",
    "renewal_forecast",
    "renewal_forecast_accuracy",
    "expansion_opportunities",
    "expansion_pipeline",
    "expansion_signals",
    "nrr_forecast_records",
    "pipeline_stages",
    "renewal_forecast_errors",
    "renewal_horizons",
    "renewal_months",
    "account_health",
    "health_driver_scores",
    "interventions",
    "onboarding",
    "success_plan_milestones",
    "success_plans",
    "touchpoints",
    "policies",
)

# The sample as of its last day and, which takes a build of its own, as of a past one.
DAYS = {
    "sample_warehouse": date(2025, 12, 31),
    "sample_in_september": date(2025, 9, 28),
}
BOTH_DAYS = (
    "sample_warehouse",
    pytest.param("sample_in_september", marks=pytest.mark.slow),
)

BuildRaw = Callable[..., Path]


def write_company(folder: Path, tables: Mapping[str, list[dict[str, str]]]) -> Path:
    """Write raw tables as CSV files, one a table; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in tables.items():
        path = folder / f"{table}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def build_into(
    folder: Path,
    raw: Path | None = None,
    as_of: str | None = None,
    switches: Mapping[str, Any] | None = None,
    data_tests: bool = True,
    threads: int | None = None,
) -> Path:
    """Build as `bowtie build` does, landing checks and tests included.

    `folder` must be empty or absent; the path of the DuckDB file in it is returned,
    with all schemas, raw and staging too. None is the sample, and its own as-of date.
    """
    request = Request.of(raw=raw, as_of=as_of, home=folder)
    request = Request(
        home=request.home,
        raw_dir=request.raw_dir,
        as_of=request.as_of,
        switches={**request.switches, **(switches or {})},
        threads=threads,
        data_tests=data_tests,
    )
    request.home.make()
    return build_candidate(request, Workplace.new(request.home)).workplace.database


@contextmanager
def one_worker_at_a_time(path: Path) -> Iterator[None]:
    """Hold a lock file that all of pytest's workers know."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _shared_folder(factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a temporary folder that all workers of this session share."""
    base = factory.getbasetemp()
    return base if worker_id == "master" else base.parent


def _made_once(folder: Path, make: Callable[[Path], list[Path]]) -> list[Path]:
    """Return what `make` makes in a folder, which only the first worker to ask does."""
    with one_worker_at_a_time(folder.with_suffix(".lock")):
        done = folder.with_suffix(".paths")
        if not done.exists():
            done.write_text("\n".join(map(str, make(folder))))
    return [Path(line) for line in done.read_text().splitlines()]


@pytest.fixture(scope="session")
def worker_name(request: pytest.FixtureRequest) -> str:
    """Return this worker's name; `master` where there is only one process."""
    return getattr(request.config, "workerinput", {}).get("workerid", "master")


@pytest.fixture(scope="session")
def project_dir() -> Path:
    """Return the folder of dbt_project.yml."""
    return PROJECT_DIR


@pytest.fixture
def tiny_company(tmp_path: Path) -> Path:
    """Return a folder with three accounts' raw files; data ends 2025-06-30."""
    return write_company(tmp_path / "raw", TINY_COMPANY)


@pytest.fixture
def build_raw(tmp_path: Path) -> BuildRaw:
    """Return `build_raw(folder, as_of=None, vars=None)`, a DuckDB file's path.

    Each call builds a raw folder, with all that `bowtie build` does, into a file of
    its own that nobody else opens. `as_of` is a date or ISO text.
    """
    built = 0

    def build(
        folder: Path,
        as_of: date | str | None = None,
        vars: Mapping[str, Any] | None = None,
    ) -> Path:
        nonlocal built
        built += 1
        day = as_of.isoformat() if isinstance(as_of, date) else as_of
        return build_into(tmp_path / f"built-{built}", folder, day, vars)

    return build


@pytest.fixture(scope="session")
def sample_warehouse(
    tmp_path_factory: pytest.TempPathFactory, worker_name: str
) -> Path:
    """Return the sample company's DuckDB file with all schemas; open it read-only.

    Built once a session by dbt, whichever worker asks first and all others wait for;
    `test_compiled_project.py` tests its data.
    """

    def build(folder: Path) -> list[Path]:
        return [build_into(folder, data_tests=False)]

    shared = _shared_folder(tmp_path_factory, worker_name)
    (built,) = _made_once(shared / "sample", build)
    return built


@pytest.fixture(scope="session")
def sample_in_september(
    tmp_path_factory: pytest.TempPathFactory, worker_name: str
) -> Path:
    """Return the sample as of 2025-09-28, a Sunday: what was known that day.

    Only what is asked of it (IN_SEPTEMBER), with all that this reads. dbt compiles it
    and no more, since building all of it costs three times as much.
    """

    def build(folder: Path) -> list[Path]:
        database = folder / "bowtie.duckdb"
        day = DAYS["sample_in_september"]
        models = compile_models(None, day, folder / "dbt", IN_SEPTEMBER)
        models.run(into=database).close()
        return [database]

    shared = _shared_folder(tmp_path_factory, worker_name)
    (built,) = _made_once(shared / "september", build)
    return built


@pytest.fixture(scope="session")
def tiny_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of `tiny_company`, for those who only read it."""
    return write_company(tmp_path_factory.mktemp("tiny") / "raw", TINY_COMPANY)


@pytest.fixture(scope="session")
def compiled_project(
    tmp_path_factory: pytest.TempPathFactory, worker_name: str
) -> Bench:
    """Return the project as SQL that takes CSV files as of any day, without dbt.

    Compiled once a session: a build by dbt costs ten times what the SQL of it takes.
    """

    def compile_project(folder: Path) -> list[Path]:
        path = folder / "project.pickle"
        bench = Bench.set_up(folder, announced={})
        path.write_bytes(pickle.dumps(bench))
        return [path]

    shared = _shared_folder(tmp_path_factory, worker_name)
    (path,) = _made_once(shared / "compiled", compile_project)
    return pickle.loads(path.read_bytes())


@pytest.fixture(scope="session")
def tiny_warehouse(
    tmp_path_factory: pytest.TempPathFactory,
    worker_name: str,
    tiny_raw: Path,
    compiled_project: Bench,
) -> Path:
    """Return the tiny company's DuckDB file as of TINY_AS_OF; open it read-only.

    Built once a session, whichever worker asks first, by one thread and without dbt.
    """

    def build(folder: Path) -> list[Path]:
        folder.mkdir(parents=True, exist_ok=True)
        return [take(compiled_project, tiny_raw, TINY_AS_OF, folder)]

    shared = _shared_folder(tmp_path_factory, worker_name)
    (built,) = _made_once(shared / "tiny", build)
    return built


def take(project: Bench, raw: Path, as_of: str, folder: Path, threads: int = 1) -> Path:
    """Land, build and test CSV files as `bowtie build` does; return the DuckDB file."""
    day = date.fromisoformat(as_of)
    reaction = project.as_of(day).take(raw, folder, threads=threads)
    assert reaction.blocks == []
    assert reaction.database is not None
    return reaction.database


@pytest.fixture(scope="session")
def sample_reports(
    sample_warehouse: Path, tmp_path_factory: pytest.TempPathFactory, worker_name: str
) -> list[Path]:
    """Return the sample's pages: of a report about many subjects, the first two."""
    from bowtie.reporting import render_reports

    def render(folder: Path) -> list[Path]:
        return render_reports(sample_warehouse, folder, generation="sample", most=2)

    shared = _shared_folder(tmp_path_factory, worker_name)
    return _made_once(shared / "reports", render)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return an empty home, its folders made."""
    place = Home.at(tmp_path / "home")
    place.make()
    return place
