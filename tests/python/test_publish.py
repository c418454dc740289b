"""Publishing: a generation, whole, then one flip; what readers get and never see."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from commands import bowtie, refusal

from bowtie.erasing import erase
from bowtie.errors import BowtieError, Interruption
from bowtie.generations import KEPT, Release, lost_generation, releases
from bowtie.lock import only_run, sole_workplace
from bowtie.paths import Home
from bowtie.publish import finish, rollback, write_draft
from bowtie.run import Request

AS_OF = date(2025, 12, 31)


def make_candidate(database: Path, statements: str) -> None:
    """Make a candidate by hand."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(statements)


def publish(home: Home, statements: str) -> Release:
    """Publish what some statements make."""
    with sole_workplace(home) as workplace:
        make_candidate(workplace.database, statements)
        release = finish(write_draft(home, workplace, AS_OF), {"raw_way": "sample"})
        workplace.remove()
        return release


def publish_number(home: Home, number: int) -> Release:
    """Publish a candidate that holds one number."""
    return publish(
        home, f"create schema core; create table core.answers as select {number} as n"
    )


def published_number(home: Home) -> int:
    """Return the number that readers get."""
    with duckdb.connect(str(home.current / "bowtie.duckdb"), read_only=True) as file:
        ((number,),) = file.execute("select n from core.answers").fetchall()
    return number


# --- What is in a generation ----------------------------------------------------------


def test_a_release_holds_the_published_schemas_in_key_order(home):
    release = publish(
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
    assert release.generation == "000001-20251231"
    assert {name: table["rows"] for name, table in release.tables.items()} == {
        "core.accounts": 3,
        "core.names": 3,
    }
    assert release.manifest["raw_way"] == "sample"
    assert json.loads((home.current / "manifest.json").read_text()) == release.manifest
    assert list(release.manifest["files"]) == [
        "bowtie.duckdb",
        "parquet/core/accounts.parquet",
        "parquet/core/names.parquet",
    ]
    with duckdb.connect(str(home.current / "bowtie.duckdb"), read_only=True) as file:
        for source in (
            "core.accounts",
            f"'{home.current}/parquet/core/accounts.parquet'",
        ):
            rows = file.execute(f"select id, arr::varchar from {source}").fetchall()
            assert rows == [("a", "1.25"), ("b", "2.50"), ("c", None)]
        columns = file.execute(
            "select table_name, column_name, data_type, comment from duckdb_columns() "
            "where table_name = 'accounts' order by column_index"
        ).fetchall()
        assert columns == [
            ("accounts", "id", "VARCHAR", None),
            ("accounts", "arr", "DECIMAL(18,2)", "USD"),
        ]
        assert file.execute("select comment from duckdb_tables() order by 1").fetchall()


def test_the_hash_of_a_table_does_not_depend_on_the_order_it_was_built_in(home):
    make = (
        "create schema core; create table core.answers (n integer, t varchar); "
        "insert into core.answers select {} from range(300000) as r(i)"
    )
    found = []
    for rows in ("i, i::varchar", "299999 - i, (299999 - i)::varchar"):
        release = publish(home, make.format(rows))
        found.append(release.tables["core.answers"])
    assert found[0] == found[1]


def test_the_manifest_names_the_code(home):
    code = publish_number(home, 1).manifest["code"]
    assert code["bowtie"]
    assert len(code["code_sha256"]) == 64


def test_a_candidate_without_marts_is_not_published(home):
    publish_number(home, 1)
    with pytest.raises(BowtieError, match="made no table"):
        publish(home, "create table other as select 1 as n")
    assert [release.generation for release in releases(home)] == ["000001-20251231"]


# --- One generation after the other ---------------------------------------------------


def test_each_publish_makes_a_new_generation_and_moves_current(home):
    first, second = publish_number(home, 1), publish_number(home, 2)
    assert (first.generation, second.generation) == (
        "000001-20251231",
        "000002-20251231",
    )
    assert second.manifest["replaces"] == first.generation
    assert home.current.readlink() == Path("releases/000002-20251231")
    assert [release.is_current for release in releases(home)] == [False, True]


def test_a_reader_of_the_old_generation_is_not_disturbed(home):
    publish_number(home, 1)
    with duckdb.connect(str(home.current / "bowtie.duckdb"), read_only=True) as reader:
        publish_number(home, 2)
        assert reader.execute("select n from core.answers").fetchall() == [(1,)]


def test_old_generations_are_removed_unless_one_is_being_read(home):
    publish_number(home, 0)
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); "
    with subprocess.Popen(
        [
            *(sys.executable, "-c", script + "print('open', flush=True); input()"),
            str(home.current / "bowtie.duckdb"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as reader:
        reader.stdout.readline()
        for number in range(1, KEPT + 4):
            publish_number(home, number)
        numbers = [int(release.generation[:6]) for release in releases(home)]
        assert numbers == [1, *range(4, KEPT + 5)]
        reader.kill()
    publish_number(home, KEPT + 4)
    assert len(releases(home)) == KEPT + 1


@pytest.mark.parametrize("step", ["write_marts", "next_number", "sync", "flip"])
def test_a_publish_that_breaks_at_any_step_leaves_the_old_generation(
    home, monkeypatch, step
):
    publish_number(home, 1)

    def breaks(*arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(f"bowtie.publish.{step}", breaks)
        with pytest.raises(BowtieError, match="No space left on device; make room"):
            publish_number(home, 2)
    assert [release.generation for release in releases(home)] == ["000001-20251231"]
    assert published_number(home) == 1
    # What a break before the flip moved into place is gone after the next run.
    publish_number(home, 3)
    assert published_number(home) == 3
    assert len(list(home.releases.iterdir())) == 2
    assert list(home.work.iterdir()) == []


def test_no_generation_is_removed_for_want_of_the_link_that_tells_which_counts(home):
    publish_number(home, 1)
    publish_number(home, 2)
    home.current.unlink()
    with pytest.raises(BowtieError, match="current is gone"):
        publish_number(home, 3)
    assert len(list(home.releases.iterdir())) == 2


# --- Rollback -------------------------------------------------------------------------


def test_a_rollback_gives_readers_the_generation_before_and_loses_none(home):
    for number in (1, 2, 3):
        publish_number(home, number)
    assert "000002-20251231" in bowtie("rollback", "--home", home.root).stdout
    assert published_number(home) == 2
    rollback(home)
    assert published_number(home) == 1
    assert len(releases(home)) == 3
    listed = bowtie("releases", "--home", home.root).stdout.splitlines()
    assert [line.endswith("current") for line in listed] == [False, True, False, False]

    # Forward again, by name; and a later run is above all of them.
    rollback(home, "000002-20251231")
    assert published_number(home) == 2
    assert publish_number(home, 4).generation == "000004-20251231"
    assert [release.generation[:6] for release in releases(home)] == [
        *("000001", "000002", "000003", "000004")
    ]


def test_a_rollback_to_what_is_not_there_or_not_whole_is_refused(home):
    assert "nothing is published" in refusal("rollback", "--home", home.root)
    publish_number(home, 1)
    told = refusal("rollback", "--home", home.root)
    assert "no generation before" in told
    for number in (2, 3):
        publish_number(home, number)
    for name, reason in [
        ("000003-20251231", "is current already"),
        ("000009-20251231", "there is no generation"),
        ("../work", "there is no generation"),
    ]:
        with pytest.raises(BowtieError, match=reason):
            rollback(home, name)
    damaged = home.releases / "000002-20251231"
    with (damaged / "bowtie.duckdb").open("ab") as file:
        file.write(b"!")
    (damaged / "parquet/core/answers.parquet").unlink()
    (damaged / "stray").touch()
    told = refusal("rollback", "--home", home.root)
    assert "bowtie.duckdb: changed" in told
    assert "answers.parquet: missing" in told
    assert "stray: added" in told
    assert published_number(home) == 3
    rollback(home, "000001-20251231")
    assert published_number(home) == 1


def test_the_next_run_ends_an_erasure_that_was_killed(home):
    before = publish_number(home, 1)
    publish_number(home, 2)
    # As after a kill between the note of an erased account and its generation.
    home.erased_accounts.write_text("hash of an account\n")
    with pytest.raises(BowtieError, match="has an account that was erased"):
        rollback(home, before.generation)
    with sole_workplace(home) as workplace:
        make_candidate(
            workplace.database, "create schema core; create table core.t as select 1"
        )
        knowing = {"erased_accounts": ["hash of an account"]}
        without = finish(write_draft(home, workplace, AS_OF), knowing)
        workplace.remove()
    assert [release.generation for release in releases(home)] == [without.generation]


def test_releases_says_what_to_do_when_there_are_none(tmp_path):
    done = bowtie("releases", "--home", tmp_path / "home")
    assert done.returncode == 0
    assert "bowtie run" in done.stdout
    assert not (tmp_path / "home").exists()


# --- A published file that cannot be opened -------------------------------------------

NEEDS_WHAT_IS_PUBLISHED = [("run",), ("erase", "A1"), ("report",)]


@pytest.mark.parametrize("command", NEEDS_WHAT_IS_PUBLISHED)
def test_a_file_that_a_process_holds_for_writing_is_named_with_the_remedy(
    home, command
):
    publish_number(home, 1)
    with duckdb.connect(str(home.current / "bowtie.duckdb")):
        done = bowtie(*command, "--home", home.root)
    assert done.returncode == 1
    # Before anything begins: a run may land its files for minutes.
    assert done.stdout == ""
    assert done.stderr.count("error:") == 1
    assert "a process holds it for writing" in done.stderr
    assert "read_only=True" in done.stderr


@pytest.mark.parametrize("command", [*NEEDS_WHAT_IS_PUBLISHED, ("releases",)])
def test_a_generation_that_is_gone_is_named_with_the_remedy(home, command):
    publish_number(home, 1)
    shutil.rmtree(home.current.resolve())
    told = refusal(*command, "--home", home.root)
    assert told.count("error:") == 1
    assert f"is gone, though {home.current} points to it: put it back" in told


def test_readers_get_one_that_is_there_instead_of_one_that_is_gone(home):
    for number in (1, 2):
        publish_number(home, number)
    shutil.rmtree(home.current.resolve())
    lost = lost_generation(home)
    assert lost is not None
    assert lost.endswith("bowtie rollback 000001-20251231")
    rollback(home)
    assert published_number(home) == 1
    assert lost_generation(home) is None
    # Readers had the number of the one that is gone: no other may have it.
    assert publish_number(home, 3).generation == "000003-20251231"


@pytest.mark.parametrize("command", [("run",), ("releases",), ("rollback",)])
@pytest.mark.parametrize(
    ("target", "reason"),
    [(None, "is gone, though"), ("releases", "'releases', which is no generation")],
)
def test_a_link_that_leads_nowhere_is_named_with_the_remedy(
    home, command, target, reason
):
    for number in (1, 2):
        publish_number(home, number)
    home.current.unlink()
    if target is not None:
        home.current.symlink_to(target)
    told = refusal(*command, "--home", home.root)
    assert told.count("error:") == 1
    assert reason in told
    assert "make it a symbolic link" in told
    assert len(list(home.releases.iterdir())) == 2


# --- An interruption ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "code"), [(KeyboardInterrupt(), 130), (SystemExit(143), 143)]
)
def test_an_interruption_says_what_readers_have(home, end, code):
    publish_number(home, 1)
    with pytest.raises(Interruption) as before, sole_workplace(home):
        raise end
    assert before.value.problems == ["interrupted; nothing was published"]
    assert before.value.exit_code == code
    with pytest.raises(Interruption) as after, sole_workplace(home) as workplace:
        make_candidate(
            workplace.database, "create schema core; create table core.t as select 1"
        )
        finish(write_draft(home, workplace, AS_OF), {})
        raise end
    assert after.value.problems == ["interrupted; readers have 000002-20251231 now"]


def test_ctrl_c_ends_a_run_in_one_line(home):
    # Tests that run in the background have Ctrl-C ignored, and so would the command.
    heeding = (
        "import runpy, signal; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); "
        "runpy.run_module('bowtie.cli', run_name='__main__', alter_sys=True)"
    )
    command = [sys.executable, "-c", heeding, "run", "--home", str(home.root)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        while "Building" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=600)
    assert process.returncode == 130
    assert told == "error: interrupted; nothing was published\n"


@pytest.mark.parametrize(
    "end", [KeyboardInterrupt(), BowtieError("a test does not hold")]
)
def test_an_erasure_that_did_not_end_says_what_stays_and_how_to_undo_it(
    home, monkeypatch, end
):
    publish(
        home,
        "create schema core; create table core.accounts as select 'A1' as account_id",
    )

    def stop(*given: object) -> None:
        raise end

    monkeypatch.setattr("bowtie.erasing.build_candidate", stop)
    with pytest.raises(BowtieError) as stopped:
        erase(Request.of(home.root), "A1")
    (entry,) = home.erased_accounts.read_text().split()
    *_, told = stopped.value.problems
    assert told.startswith(f"the account stays on the list {home.erased_accounts}: the")
    assert told.endswith(f"remove the line {entry} from there before that")
    with pytest.raises(BowtieError) as refused:
        erase(Request.of(home.root), "A2")
    assert len(refused.value.problems) == 1


# --- One run at a time ----------------------------------------------------------------


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


@pytest.mark.parametrize("command", ["run", "rollback", "check"])
def test_a_second_run_says_who_holds_the_lock(home, holder, command):
    home.current.symlink_to("releases/000001-20251231")
    told = refusal(command, "--home", home.root)
    assert f"process {holder.pid}, since " in told
    assert list(home.work.iterdir()) == []


def test_the_lock_of_a_killed_run_is_free(home, holder):
    holder.kill()
    holder.wait()
    with only_run(home):
        assert f"process {os.getpid()}, since" in home.lock.read_text()


def publish_held_up(home: Home, meanwhile: Callable[[], object]) -> None:
    """Publish, but lose the lock and let something happen before the last steps."""
    with sole_workplace(home) as workplace:
        make_candidate(
            workplace.database,
            "create schema core; create table core.answers as select 2 as n",
        )
        draft = write_draft(home, workplace, AS_OF)
        home.lock.unlink()
        meanwhile()
        finish(draft, {})


def test_a_run_that_lost_its_lock_to_another_cannot_publish(home):
    publish_number(home, 1)
    with pytest.raises(BowtieError, match="another run took over"):
        publish_held_up(home, lambda: publish_number(home, 3))
    assert published_number(home) == 3
    assert len(releases(home)) == 2
    assert list(home.work.iterdir()) == []


def test_a_run_does_not_publish_over_what_someone_moved_meanwhile(home):
    publish_number(home, 1)
    publish_number(home, 2)

    def move_by_hand() -> None:
        home.current.unlink()
        home.current.symlink_to("releases/000001-20251231")

    with pytest.raises(BowtieError, match="was moved while this run was under way"):
        publish_held_up(home, move_by_hand)
    assert published_number(home) == 1


def test_dbt_ends_with_the_run_that_started_it(home):
    command = [sys.executable, "-m", "bowtie.cli", "run", "--home", str(home.root)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        for _ in range(600):
            if list(home.work.glob("*/target/*")):
                break
            time.sleep(0.1)
        process.kill()
    with sole_workplace(home) as workplace:
        time.sleep(2)
        assert list(home.work.iterdir()) == [workplace.folder]
    assert not home.current.exists()
