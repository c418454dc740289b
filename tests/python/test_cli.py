"""The command line and publishing: what a user sees, and what readers never see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from conftest import TINY_COMPANY, write_company

from bowtie.build import BuildResult, _Events, _safe
from bowtie.errors import BowtieError
from bowtie.landing import land
from bowtie.lock import only_run
from bowtie.paths import Home, Workplace, published_schemas
from bowtie.publish import KEPT, Release, publish, releases
from bowtie.run import Request, _refuse_changed_files
from bowtie.switches import choose_as_of, known_switches, read_switches, yesterday
from bowtie.terminal import printable

CANARY = "canary.person@example.com"


def bowtie(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess:
    """Run the command line as a user would; output is captured as text."""
    return subprocess.run(
        [sys.executable, "-m", "bowtie.cli", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
    )


def refusal(*arguments: object, cwd: Path | None = None) -> str:
    """Run a command that must fail for a user's mistake; return what it says."""
    done = bowtie(*arguments, cwd=cwd)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


# --- Help and options ----------------------------------------------------------------


def test_help_names_every_command_and_says_what_goes_where():
    text = bowtie("--help").stdout
    for word in ("run", "build", "check", "sample", "simulate", "releases"):
        assert f"\n  {word} " in text
    assert "HOME/current/bowtie.duckdb" in text


@pytest.mark.parametrize("command", ["run", "build", "simulate"])
def test_help_of_a_command_shows_an_example(command):
    assert f"\n    bowtie {command}" in bowtie(command, "--help").stdout


@pytest.mark.parametrize(
    "text", ["yesterday", "2025-13-01", "2025-02-30", "20251231", "31.12.2025", ""]
)
def test_a_date_that_is_none_is_refused_in_one_line(text):
    with pytest.raises(BowtieError, match="no day of the calendar") as refused:
        choose_as_of(text, {})
    assert len(refused.value.problems) == 1


def test_a_date_outside_the_calendar_is_refused():
    with pytest.raises(BowtieError, match="outside the calendar"):
        choose_as_of("2050-01-01", {})


def test_the_as_of_date_of_the_sample_is_its_own():
    assert choose_as_of(None, {}) == date(2025, 12, 31)


def test_yesterday_is_a_day_of_the_business_time_zone():
    now = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert yesterday("UTC", now) == date(2026, 2, 28)
    assert yesterday("Europe/Berlin", now) == date(2026, 3, 1)
    with pytest.raises(BowtieError, match="no IANA time zone"):
        yesterday("Mars/Olympus", now)


def test_an_unknown_switch_is_told_its_neighbour():
    with pytest.raises(BowtieError, match="did you mean 'renewal_grace_days'"):
        read_switches("{renewal_grace_day: 45}")


@pytest.mark.parametrize("text", ["45", "[a, b]", "{a: ", "renewal_grace_days"])
def test_switches_that_are_no_mapping_are_refused(text):
    with pytest.raises(BowtieError, match="not a YAML mapping"):
        read_switches(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{as_of_date: 2025-01-01}", "--as-of"),
        ("{raw_dir: /tmp}", "--raw"),
        ("{raw_way: files}", "--raw"),
    ],
)
def test_a_switch_with_an_option_of_its_own_names_it(text, hint):
    with pytest.raises(BowtieError, match=hint):
        read_switches(text)


def test_dates_in_switches_become_iso_text():
    assert read_switches("{dates_from: 2015-01-01}") == {"dates_from": "2015-01-01"}


def test_every_switch_that_the_command_line_sets_is_declared():
    assert {"raw_way", "raw_dir", "landing_dir", "as_of_date"} <= set(known_switches())


def test_mistakes_end_in_one_line_and_exit_code_1(tmp_path):
    home = ("--home", tmp_path / "home")
    assert "is no folder" in refusal("run", "--raw", tmp_path / "absent", *home)
    assert "did you mean" in refusal("run", "--vars", "{dates_form: x}", *home)
    assert "no day of the calendar" in refusal("build", "--as-of", "soon", *home)
    assert not (tmp_path / "home").exists()


def test_an_unknown_option_is_a_usage_error():
    assert bowtie("run", "--row", "x").returncode == 2


def test_nothing_in_a_name_can_steer_the_terminal():
    assert printable("a\x1b[31m\u202eb\n") == "a\\x1b[31m\\u202eb\\n"


# --- What a failed build says --------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            "Compilation Error in model dates (models/dates.sql)\n"
            "  var 'dates_from' must be a date such as 2025-12-31\n  > in macro x",
            "var 'dates_from' must be a date such as 2025-12-31",
        ),
        (
            "Runtime Error in model a (a.sql)\n  Binder Error: no column nope\n  LINE",
            "Binder Error: no column nope",
        ),
        (
            f"Runtime Error in model a (a.sql)\n  Conversion Error: Could not convert "
            f"string '{CANARY}' to INT32",
            "Conversion Error; a value is not of its column's type; "
            "staging should refuse it",
        ),
        (f"Runtime Error in seed b\n  CSV Error on Line: 7 {CANARY}", "CSV Error"),
        (f"{CANARY}", "unknown error"),
    ],
)
def test_an_error_is_told_without_data_values(message, told):
    assert _safe(message) == told


def test_each_failed_node_is_one_line_with_its_remedy():
    node = {
        "unique_id": "test.bowtie.x",
        "node_name": "arr_foots",
        "resource_type": "test",
        "node_path": "arr_foots.sql",
        "meta": {"remedy": "look at revenue.arr_events"},
    }
    result, counts = BuildResult(), []
    events = _Events(result, lambda done, total: counts.append((done, total)))
    for name, data in [
        ("ConcurrencyLine", {"node_count": 3}),
        ("LogTestResult", {"node_info": node, "status": "fail", "num_failures": 12}),
        ("RunResultError", {"node_info": node, "msg": "Got 12 results, configured to"}),
    ]:
        line = json.dumps({"info": {"name": name, "msg": ""}, "data": data})
        list(events.read(line))
    assert counts == [(1, 3)]
    assert result.failures == [
        "test 'arr_foots' does not hold (12 rows); look at revenue.arr_events"
    ]


def test_a_crash_of_dbt_leaves_no_values_in_the_log():
    events = _Events(BuildResult(), lambda done, total: None)
    crash = [
        "Traceback (most recent call last):\n",
        '  File "x.py", line 3, in y\n',
        f"    read('{CANARY}')\n",
        f"duckdb.ConversionException: cannot read {CANARY}\n",
    ]
    kept = [entry for line in crash for entry in events.read(line)]
    assert kept == [
        "Traceback (most recent call last):",
        '  File "x.py", line 3, in y',
        "duckdb.ConversionException",
    ]


# --- Publishing ----------------------------------------------------------------------


def candidate(home: Home, statements: str) -> Workplace:
    """Make a candidate in a new workplace by hand."""
    workplace = Workplace(home.work / f"run-{len(list(home.work.iterdir()))}")
    workplace.folder.mkdir()
    with duckdb.connect(str(workplace.database)) as connection:
        connection.execute(statements)
    return workplace


def publish_number(home: Home, number: int) -> Release:
    """Publish a candidate that holds one number."""
    made = candidate(
        home, f"create schema core; create table core.answers as select {number} as n"
    )
    return publish(home, made, date(2025, 12, 31), {})


def test_a_release_holds_the_published_schemas_in_key_order(home):
    made = candidate(
        home,
        """
        create schema core; create schema staging; create schema intermediate;
        create table staging.secrets as select 1 as n;
        create table intermediate.steps as select 1 as n;
        create table core.accounts (id varchar primary key, arr decimal(18, 2));
        insert into core.accounts values ('b', 2.5), ('a', 1.25), ('c', null);
        comment on table core.accounts is 'it''s a table';
        comment on column core.accounts.arr is 'USD';
        create view core.names as select id from core.accounts;
        """,
    )
    release = publish(home, made, date(2025, 12, 31), {"raw_way": "sample"})
    assert release.generation == "000001-20251231"
    assert release.manifest["tables"] == {"core.accounts": 3, "core.names": 3}
    assert release.manifest["raw_way"] == "sample"
    assert json.loads((home.current / "manifest.json").read_text()) == release.manifest
    assert sorted(path.name for path in release.folder.iterdir()) == [
        "bowtie.duckdb",
        "manifest.json",
    ]
    with duckdb.connect(str(home.current / "bowtie.duckdb"), read_only=True) as file:
        assert file.execute(
            "select id, arr::varchar from core.accounts"
        ).fetchall() == [
            ("a", "1.25"),
            ("b", "2.50"),
            ("c", None),
        ]
        columns = file.execute(
            "select table_name, column_name, data_type, comment from duckdb_columns() "
            "where table_name = 'accounts' order by column_index"
        ).fetchall()
        assert columns == [
            ("accounts", "id", "VARCHAR", None),
            ("accounts", "arr", "DECIMAL(18,2)", "USD"),
        ]
        assert file.execute("select comment from duckdb_tables() order by 1").fetchall()


def test_each_publish_makes_a_new_generation_and_moves_current(home):
    first, second = publish_number(home, 1), publish_number(home, 2)
    assert (first.generation, second.generation) == (
        "000001-20251231",
        "000002-20251231",
    )
    assert home.current.readlink() == Path("releases/000002-20251231")
    assert [release.is_current for release in releases(home)] == [False, True]


def test_a_reader_of_the_old_generation_is_not_disturbed(home):
    publish_number(home, 1)
    with duckdb.connect(str(home.current / "bowtie.duckdb"), read_only=True) as reader:
        publish_number(home, 2)
        assert reader.execute("select n from core.answers").fetchall() == [(1,)]


def test_the_current_and_a_fixed_number_of_others_are_kept(home):
    for number in range(KEPT + 3):
        publish_number(home, number)
    kept = releases(home)
    assert len(kept) == KEPT + 1
    assert kept[-1].is_current


def test_a_candidate_without_marts_is_not_published(home):
    publish_number(home, 1)
    made = candidate(home, "create table other as select 1 as n")
    with pytest.raises(BowtieError, match="made no table"):
        publish(home, made, date(2025, 12, 31), {})
    assert home.current.readlink().name == "000001-20251231"
    assert len(releases(home)) == 1


@pytest.mark.parametrize("step", ["_write_marts", "_next_number", "_sync", "_flip"])
def test_a_publish_that_breaks_at_any_step_leaves_the_old_generation(
    home, monkeypatch, step
):
    publish_number(home, 1)
    before = (home.current / "bowtie.duckdb").read_bytes()

    def breaks(*arguments):
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(f"bowtie.publish.{step}", breaks)
        with pytest.raises(OSError, match="full"):
            publish_number(home, 2)
    assert (home.current / "bowtie.duckdb").read_bytes() == before
    assert publish_number(home, 3).is_current


def test_rows_are_in_key_order_whatever_order_they_were_built_in(home):
    make = (
        "create schema core; create table core.answers (n integer, t varchar); "
        "insert into core.answers select {} from range(5000) as r(i)"
    )
    found = []
    for rows in ("i, i::varchar", "4999 - i, (4999 - i)::varchar"):
        publish(home, candidate(home, make.format(rows)), date(2025, 12, 31), {})
        with duckdb.connect(
            str(home.current / "bowtie.duckdb"), read_only=True
        ) as file:
            found.append(file.execute("select * from core.answers").fetchall())
    assert found[0] == found[1]


def test_releases_says_what_to_do_when_there_are_none(tmp_path):
    done = bowtie("releases", "--home", tmp_path / "home")
    assert done.returncode == 0
    assert "bowtie run" in done.stdout
    assert not (tmp_path / "home").exists()


# --- One run at a time ---------------------------------------------------------------


@pytest.fixture
def holder(home: Home) -> Iterator[subprocess.Popen]:
    """Another process that holds the home's lock."""
    script = (
        "import sys, time; from pathlib import Path\n"
        "from bowtie.lock import only_run; from bowtie.paths import Home\n"
        "with only_run(Home.at(Path(sys.argv[1]))):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(home.root)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_a_second_run_says_who_holds_the_lock(home, holder):
    told = refusal("run", "--home", home.root)
    assert f"process {holder.pid}, since " in told
    assert list(home.work.iterdir()) == []


def test_the_lock_of_a_killed_run_is_free(home, holder):
    holder.kill()
    holder.wait()
    with only_run(home):
        assert f"process {os.getpid()}, since" in home.lock.read_text()


def test_dbt_ends_with_the_run_that_started_it(home):
    command = [sys.executable, "-m", "bowtie.cli", "run", "--home", str(home.root)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        for _ in range(600):
            if list(home.work.glob("*/target/*")):
                break
            time.sleep(0.1)
        process.kill()
    time.sleep(0.5)
    home.remove_earlier_work()
    time.sleep(2)
    assert list(home.work.iterdir()) == []
    assert not home.current.exists()


def test_a_run_begins_by_removing_what_a_killed_one_left(home):
    (home.work / "left-over" / "target").mkdir(parents=True)
    home.remove_earlier_work()
    assert list(home.work.iterdir()) == []


# --- From end to end -----------------------------------------------------------------


def test_raw_files_become_a_release_from_any_folder(tiny_company, tmp_path):
    home = Home.at(tmp_path / "warehouse")
    arguments = ("--raw", "raw", "--as-of", "2025-06-30", "--home", "warehouse")
    done = bowtie("run", *arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "As of 2025-06-30" in done.stdout
    assert "warehouse/current/bowtie.duckdb" in done.stdout

    with duckdb.connect(str(home.current / "bowtie.duckdb"), read_only=True) as file:
        schemas = file.execute("select distinct schema_name from duckdb_tables()")
        assert {row[0] for row in schemas.fetchall()} <= set(published_schemas())
    manifest = json.loads((home.current / "manifest.json").read_text())
    assert manifest["as_of_date"] == "2025-06-30"
    assert manifest["raw_way"] == "files"
    assert "raw/crm_accounts.csv" in manifest["inputs"]
    assert list(home.work.iterdir()) == []
    for path in [home.root, *home.root.rglob("*")]:
        if not path.is_symlink():
            assert path.stat().st_mode & 0o777 == (0o750 if path.is_dir() else 0o640)

    # A delivery that cannot be used, and a build that fails, change nothing.
    published = home.current.readlink()
    (tiny_company / "crm_accounts.csv").write_text("account_id\nA1\n")
    told = refusal("run", *arguments, cwd=tmp_path)
    assert "crm_accounts.csv" in told
    assert "nothing was published" in told
    write_company(tiny_company, TINY_COMPANY)
    wrong = ("--vars", "{reporting_currency: euro}")
    told = refusal("run", *arguments, *wrong, cwd=tmp_path)
    assert "var 'reporting_currency' must be an ISO 4217 code" in told
    assert "the log is warehouse/work/" in told
    assert home.current.readlink() == published
    assert [path.name for path in home.releases.iterdir()] == [published.name]


def test_raw_files_that_change_during_the_build_stop_it(tiny_company, tmp_path):
    request = Request.of(tmp_path / "home", tiny_company, "2025-06-30")
    landing = land(tiny_company, tmp_path / "landing")
    _refuse_changed_files(request, landing)
    with (tiny_company / "crm_accounts.csv").open("a") as file:
        file.write("A4,Late,2025-01-01\n")
    with pytest.raises(BowtieError, match=r"crm_accounts\.csv: changed"):
        _refuse_changed_files(request, landing)


def test_build_raw_builds_a_private_file_with_all_schemas(tiny_company, build_raw):
    database = build_raw(tiny_company, as_of=date(2025, 6, 30))
    with duckdb.connect(str(database), read_only=True) as file:
        staged = file.execute("select count(*) from staging.stg_crm__accounts")
        assert staged.fetchone() == (3,)


def test_the_sample_company_builds_and_passes_every_dbt_test(sample_warehouse):
    with duckdb.connect(str(sample_warehouse), read_only=True) as file:
        accounts = file.execute("select count(*) from core.accounts").fetchone()
    assert accounts is not None
    assert accounts[0] > 0
