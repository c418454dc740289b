"""A run by the command line: what it writes and says, and what it needs.

Personal data is only in columns named for it, hostile text is inert; others have no
right to anything, and no network is needed.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
import yaml
from commands import bowtie, refusal

from bowtie.contract import raw_contract
from bowtie.generations import releases
from bowtie.paths import PROJECT_DIR, Home, published_schemas
from bowtie.simulator import simulate

CANARY = "canary-"
AS_OF = "2025-12-31"
# Rows of which one may be refused without blocking the file.
MANY = 200
# Gives a process a network of its own, in which there is nothing.
ALONE = ("unshare", "--map-root-user", "--net")


# Each would do harm where a value is taken for more than a text.
HOSTILE = [
    "<script>alert('pwned')</script>",
    "<img src=x onerror=alert('pwned')>",
    "</td></table></style><style>@import url(//pwned)</style>",
    "[pwned](javascript:alert(1))",
    "{{ 7 * 7 }}{% raw %}",
    "'; drop table core.accounts; --",
    "\\'; attach 'pwned.duckdb' as pwned; --",
    '=HYPERLINK("http://pwned")',
    "\t=cmd|' /C pwned'!A0",
    "../../pwned",
    "/tmp/pwned",
    "$(touch pwned)`touch pwned`",
    "\x1b[31mpwned\x1b[0m",
    "\u202epwned\u202c\u200b",
    "two\nlines\r\nhere",
    "NULL",
    "nan",
    "None",
    "true",
    "e\u0301 \U0001f469\u200d\U0001f680",
    "a" * 30 + "!" * 200_000,
]


# Those that may also be the id of an account, and so become part of a path or a query.
HOSTILE_IDS = [
    "<script>alert('pwned')</script>",
    "{{ 7 * 7 }}{% raw %}",
    "'; drop table core.accounts; --",
    '=HYPERLINK("http://pwned")',
    "../../pwned",
    "/tmp/pwned",
    "$(touch pwned)`touch pwned`",
    "NULL",
]


def marked_columns() -> set[str]:
    """Return every published column whose description marks it as personal."""
    return {
        f"{path.parent.name}.{model['name']}.{column['name']}"
        for path in (PROJECT_DIR / "models" / "marts").glob("*/*.yml")
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
        for column in model["columns"]
        if column.get("config", {}).get("meta", {}).get("personal_data")
    }


def plant_canaries(company: Path) -> set[str]:
    """Put a canary before every personal value, in good rows and in a refused one.

    Tables with personal columns become CSV files: of the two formats, the one whose
    text passes through the most hands. Returns the columns that had values.
    """
    planted = set()
    for table in raw_contract().values():
        source = company / f"{table.name}.parquet"
        personal = [column.name for column in table.columns.values() if column.personal]
        if not personal or not source.exists():
            continue
        with duckdb.connect() as connection:
            rows = connection.read_parquet(str(source))
            held = [name for name in personal if name in rows.columns]
            planted |= {f"{table.name}.{name}" for name in held}
            named = rows.project(
                "* replace ("
                + ", ".join(f"'{CANARY}{name}-' || {name} as {name}" for name in held)
                + ")"
            )
            # One row without its key is too few to block where there are many.
            refused = named.limit(len(rows) >= MANY).project(
                f"* replace (null as {table.entry['key'][0]})"
            )
            named.union(refused).write_csv(str(company / f"{table.name}.csv"))
        source.unlink()
    return planted


def plant_hostile_texts(company: Path) -> dict[str, str]:
    """Put hostile texts into the first rows of every column that takes any text.

    Returns the names of all accounts by id.
    """
    for table in raw_contract().values():
        path = company / f"{table.name}.parquet"
        free = [
            name
            for name, about in table.entry["columns"].items()
            # A stage that nobody knows is refused; texts of another kind are not texts.
            if about["type"] == "text" and "one_of" not in about and name != "stage"
        ]
        if not free or not path.exists():
            continue
        rows = pq.read_table(path)
        for column in set(free) & set(rows.column_names):
            kept = rows[column].to_pylist()
            values = [*HOSTILE, *kept[len(HOSTILE) :]][: len(kept)]
            position = rows.column_names.index(column)
            rows = rows.set_column(position, column, [values])
        pq.write_table(rows, path)
    accounts = pq.read_table(company / "crm_accounts.parquet")
    return dict(
        zip(
            *(accounts[name].to_pylist() for name in ("account_id", "account_name")),
            strict=True,
        )
    )


def rename_first_accounts(company: Path) -> None:
    """Give accounts hostile ids, in every table."""
    with duckdb.connect() as connection:
        names = f"'{company}/crm_accounts.parquet'"
        connection.execute(
            f"create table renamed as select account_id as old, "
            f"$1[row_number() over (order by account_id)] as new "
            f"from {names} limit len($1)",
            [HOSTILE_IDS],
        )
        for table in raw_contract().values():
            files = [f"{table.name}.parquet", f"{table.name}/**/*.parquet"]
            for path in (found for name in files for found in company.glob(name)):
                present = pq.read_schema(path).names
                links = [name for name in present if name.endswith("account_id")]
                new = ", ".join(
                    f"coalesce((select new from renamed where old = {name}), {name})"
                    f" as {name}"
                    for name in links
                )
                if links:
                    connection.execute(
                        f"create or replace table rows as "
                        f"select * replace ({new}) from '{path}'"
                    )
                    connection.execute(f"copy rows to '{path}'")


def published_with_canary(database: Path) -> set[str]:
    """Return every `schema.table.column` of a file in which a canary is found."""
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where not internal"
        ).fetchall()
        return {
            f"{schema}.{table}.{column}"
            for schema, table, column in columns
            if connection.execute(
                f'select count(*) from "{schema}"."{table}" '
                f"where contains(cast(\"{column}\" as varchar), '{CANARY}')"
            ).fetchone()
            != (0,)
        }


@dataclass(frozen=True)
class Written:
    """What a good run and then failing ones wrote and said."""

    home: Path
    folder: Path
    names: dict[str, str]
    # What the good run said, and what all together did.
    told: str
    said: str
    # Whether the good one had no network.
    was_alone: bool


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Written:
    """Return what runs of a company write whose texts are hostile or personal.

    From another folder; the good one under a careless umask and, where a process can
    have a network of its own, without any.
    """
    folder = tmp_path_factory.mktemp("outputs")
    company, home, started_in = folder / "raw", folder / "home", folder / "cwd"
    started_in.mkdir()
    simulate(200, 15, 5, company, date.fromisoformat(AS_OF), usage_grain="weekly")
    rename_first_accounts(company)
    names = plant_hostile_texts(company)
    (company / "\x1b[31m<script>.csv").write_text("no table\n")
    planted = plant_canaries(company)
    assert {"crm_csms.csm_name", "crm_contacts.email"} <= planted
    assert {"support_tickets.subject", "survey_responses.comment"} <= planted
    is_possible = subprocess.run([*ALONE, "true"], capture_output=True).returncode == 0
    options = ("--raw", "../raw", "--as-of", AS_OF, "--home", "../home")
    prefix = ALONE if is_possible else ()
    good = bowtie(
        *("run", *options, "--threads", "2"), cwd=started_in, prefix=prefix, umask=0
    )
    assert good.returncode == 0, good.stdout + good.stderr
    told = good.stdout + good.stderr
    assert list((home / "work").iterdir()) == []
    broken = company / "survey_responses.csv"
    whole = broken.read_text()
    broken.write_text(whole + f'"{CANARY}unclosed, 1\n')
    unlanded = refusal("run", *options, cwd=started_in)
    assert "survey_responses.csv" in unlanded
    assert "nothing was published" in unlanded
    broken.write_text(whole)
    # A run that fails leaves its private folder for a look, with logs and compiled SQL.
    owners = company / "crm_accounts.parquet"
    rows = pq.read_table(owners)
    position = rows.column_names.index("parent_account_id")
    own_parents = rows["account_id"]
    pq.write_table(rows.set_column(position, "parent_account_id", own_parents), owners)
    failed = refusal("run", *options, cwd=started_in)
    assert "no_account_is_its_own_parent_further_up" in failed
    assert "the log is" in failed
    said = told + unlanded + failed
    return Written(home, folder, names, told, said, is_possible)


def readable_files(home: Path) -> list[Path]:
    """Return all files that are not compressed: those are looked into as tables."""
    files = [path for path in home.rglob("*") if path.is_file()]
    readable = [path for path in files if path.suffix not in (".duckdb", ".parquet")]
    assert readable
    return readable


def test_personal_data_is_published_only_in_columns_named_for_it(written):
    found = published_with_canary(written.home / "current" / "bowtie.duckdb")
    assert "core.csms.csm_name" in found
    assert found <= marked_columns()


def test_personal_data_is_in_no_log_artifact_or_message(written):
    assert CANARY not in written.said
    # A page says who looks after a customer; it names no other person.
    shown = f"{CANARY}csm_name-".encode()
    assert [
        path
        for path in readable_files(written.home)
        if CANARY.encode()
        in path.read_bytes().replace(shown if path.suffix == ".html" else b"", b"")
    ] == []


def test_no_file_is_left_that_names_people_but_the_private_candidate(written):
    """Files of the engine are compressed: they are opened, not searched."""
    files = [path for path in written.home.rglob("*") if path.suffix == ".duckdb"]
    with_canary = {
        path.relative_to(written.home).parts[0]: names - marked_columns()
        for path in files
        if (names := published_with_canary(path)) - marked_columns()
    }
    # Of the run that failed; the next one removes it, and nobody else may look.
    assert with_canary.keys() == {"work"}
    (failed,) = (written.home / "work").iterdir()
    assert failed.stat().st_mode & 0o777 == 0o700


def test_raw_files_become_a_release_from_any_folder(written):
    """Of which runs that failed changed nothing."""
    (release,) = releases(Home.at(written.home))
    assert release.is_current
    assert release.differences() == []
    assert f"As of {AS_OF}" in written.told
    assert "home/current/bowtie.duckdb" in written.told
    database = str(written.home / "current" / "bowtie.duckdb")
    with duckdb.connect(database, read_only=True) as file:
        schemas = file.execute("select distinct schema_name from duckdb_tables()")
        assert {row[0] for row in schemas.fetchall()} <= set(published_schemas())
    manifest = json.loads((written.home / "current" / "manifest.json").read_text())
    assert manifest["as_of_date"] == AS_OF
    assert manifest["raw_way"] == "files"
    assert "raw/crm_accounts.parquet" in manifest["inputs"]
    assert manifest["policies"]["renewal_grace_days"] == "30"


def test_others_have_no_right_to_anything_that_a_run_wrote(written):
    for path in [written.home, *written.home.rglob("*")]:
        # What a run that failed leaves there is in a folder that nobody else may open.
        if not path.is_symlink() and written.home / "work" not in path.parents:
            assert path.stat().st_mode & 0o777 == (0o750 if path.is_dir() else 0o640)


def test_a_run_needs_no_network(written):
    if not written.was_alone:
        pytest.skip("this kernel lets no process make a network of its own")


def test_reports_and_checks_need_no_network_and_give_others_no_right(
    written, tiny_warehouse, tmp_path
):
    if not written.was_alone:
        pytest.skip("this kernel lets no process make a network of its own")
    # What HOME/reports is given by default; a PDF needs a browser of its own.
    options = ("--only", "retention", "--no-pdf", "--home", written.home)
    for command in (
        ("report", *options),
        ("check", "--database", tiny_warehouse, "--home", tmp_path / "empty"),
    ):
        done = bowtie(*command, prefix=ALONE, umask=0)
        assert done.returncode == 0, done.stdout + done.stderr
    pages = written.home / "reports"
    for path in [pages, *pages.rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o750 if path.is_dir() else 0o640)


def test_hostile_texts_are_inert_in_every_page(written):
    pages = list((written.home / "current" / "reports").rglob("*.html"))
    assert pages
    for page in pages:
        text = page.read_text("utf-8").lower()
        for live in ("<script>alert", "<img src=x", "<style>@import"):
            assert live not in text, f"{page.name}: {live}"
        assert not re.search(r"(href|src)\s*=\s*['\"]?\s*javascript:", text)


def test_hostile_texts_are_kept_to_the_byte(written):
    with duckdb.connect(
        str(written.home / "current" / "bowtie.duckdb"), read_only=True
    ) as connection:
        kept = connection.execute(
            "select account_id, account_name from core.accounts"
        ).fetchall()
    assert len(kept) > len(HOSTILE)
    assert [row for row in kept if written.names[row[0]] != row[1]] == []


def test_hostile_texts_make_no_file_and_steer_no_terminal(written):
    names = [path.name for path in written.folder.rglob("*")]
    assert [name for name in names if "pwned" in name] == []
    assert not Path("/tmp/pwned").exists()
    assert all(line.isprintable() for line in written.said.splitlines())
