"""From raw files to a generation, by the command line alone."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from commands import bowtie, refusal
from conftest import TINY_AS_OF, TINY_COMPANY, build_into, write_company

from bowtie.generations import Release, releases
from bowtie.paths import Home, published_schemas
from bowtie.release_files import Content, write_marts

# Gives a process a network of its own, in which there is nothing.
ALONE = ("unshare", "--map-root-user", "--net")
# Filled by the checks, which a database that was only built has not been through.
OF_CHECKS = "quality.quality_results"


@dataclass(frozen=True)
class Run:
    """A finished `bowtie run`, and the folder it was called from."""

    folder: Path
    home: Home
    told: str
    release: Release
    was_alone: bool

    arguments = (
        *("--raw", "raw", "--as-of", TINY_AS_OF, "--home", "warehouse"),
        *("--threads", "2"),
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run the tiny company from another folder, under a careless umask."""
    folder = tmp_path_factory.mktemp("run")
    write_company(folder / "raw", TINY_COMPANY)
    is_possible = subprocess.run([*ALONE, "true"], capture_output=True).returncode == 0
    prefix = ALONE if is_possible else ()
    done = bowtie("run", *Run.arguments, cwd=folder, prefix=prefix, umask=0)
    assert done.returncode == 0, done.stdout + done.stderr
    home = Home.at(folder / "warehouse")
    (release,) = releases(home)
    return Run(folder, home, done.stdout, release, is_possible)


def test_raw_files_become_a_release_from_any_folder(finished):
    assert f"As of {TINY_AS_OF}" in finished.told
    assert "warehouse/current/bowtie.duckdb" in finished.told
    assert finished.release.is_current
    database = str(finished.home.current / "bowtie.duckdb")
    with duckdb.connect(database, read_only=True) as file:
        schemas = file.execute("select distinct schema_name from duckdb_tables()")
        assert {row[0] for row in schemas.fetchall()} <= set(published_schemas())
    manifest = json.loads((finished.home.current / "manifest.json").read_text())
    assert manifest["as_of_date"] == TINY_AS_OF
    assert manifest["raw_way"] == "files"
    assert "raw/crm_accounts.csv" in manifest["inputs"]
    assert manifest["policies"]["renewal_grace_days"] == "30"
    assert finished.release.differences() == []
    assert list(finished.home.work.iterdir()) == []


def test_others_have_no_right_to_anything_that_a_run_wrote(finished):
    for path in [finished.home.root, *finished.home.root.rglob("*")]:
        if not path.is_symlink():
            assert path.stat().st_mode & 0o777 == (0o750 if path.is_dir() else 0o640)


def test_a_run_needs_no_network(finished):
    if not finished.was_alone:
        pytest.skip("this kernel lets no process make a network of its own")


def test_reports_and_checks_need_no_network_and_give_others_no_right(
    finished, tiny_warehouse
):
    if not finished.was_alone:
        pytest.skip("this kernel lets no process make a network of its own")
    # What HOME/reports is given by default; a PDF needs a browser of its own.
    for command in (
        ("report", "--only", "retention", "--no-pdf"),
        ("check", "--database", tiny_warehouse),
    ):
        done = bowtie(*(*command, "--home", finished.home.root), prefix=ALONE, umask=0)
        assert done.returncode == 0, done.stdout + done.stderr
    pages = finished.home.root / "reports"
    for path in [pages, *pages.rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o750 if path.is_dir() else 0o640)


def test_what_cannot_be_used_changes_nothing(finished):
    """What can, and then fails a test, is in `test_outputs.py`."""
    published = finished.home.current.readlink()
    (finished.folder / "raw" / "crm_accounts.csv").write_text("account_id\nA1\n")
    told = refusal("run", *finished.arguments, cwd=finished.folder)
    assert "crm_accounts.csv" in told
    assert "nothing was published" in told
    assert finished.home.current.readlink() == published
    assert [path.name for path in finished.home.releases.iterdir()] == [published.name]


# --- Same bytes -----------------------------------------------------------------------


def contents(built: Path, folder: Path) -> dict[str, Content]:
    """Return what each published table of a built database holds."""
    folder.mkdir()
    tables = write_marts(
        built, folder / "release.duckdb", folder / "parquet", folder / "spill"
    )
    return {name: held for name, held in tables.items() if name != OF_CHECKS}


def test_another_run_by_another_number_of_threads_makes_the_same_bytes(
    finished, tiny_warehouse, tmp_path
):
    built = contents(tiny_warehouse, tmp_path / "one-thread")
    assert len(built) > 40
    published = finished.release.tables
    assert {name: Content(**published[name]) for name in built} == built


@pytest.mark.slow
def test_the_sample_has_the_same_bytes_by_1_2_and_8_threads(tmp_path):
    one, two, eight = (
        contents(
            build_into(tmp_path / f"home-{threads}", threads=threads),
            tmp_path / f"release-{threads}",
        )
        for threads in (1, 2, 8)
    )
    assert one == two == eight
