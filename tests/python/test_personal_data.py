"""Personal data stays in the columns named for it, whatever a run writes."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from bowtie.contract import raw_contract
from bowtie.paths import PROJECT_DIR
from bowtie.simulator import simulate

CANARY = "canary-"
AS_OF = "2025-12-31"
# Rows of which one may be refused without blocking the file.
MANY = 200


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


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> Path:
    """Return a folder with a company whose personal values are all canaries."""
    folder = tmp_path_factory.mktemp("canaries") / "raw"
    simulate(300, 15, 5, folder, date.fromisoformat(AS_OF), usage_grain="weekly")
    planted = plant_canaries(folder)
    assert {"crm_csms.csm_name", "crm_contacts.email"} <= planted
    assert {"support_tickets.subject", "survey_responses.comment"} <= planted
    return folder


def run(company: Path, home: Path) -> str:
    """Run as a user would; return all that was said."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bowtie.cli", "run", "--raw", company),
            *("--as-of", AS_OF, "--home", home),
        ],
        capture_output=True,
        text=True,
        timeout=600,
    )
    return done.stdout + done.stderr


def test_personal_data_is_published_only_in_columns_named_for_it(company, tmp_path):
    home = tmp_path / "home"
    said = run(company, home)
    assert "Published generation" in said, said
    marked = marked_columns()
    found = published_with_canary(home / "current" / "bowtie.duckdb")
    assert "core.csms.csm_name" in found
    assert found <= marked
    # A run that fails leaves its private folder for a look, with logs and compiled SQL.
    broken = company / "survey_responses.csv"
    broken.write_text(broken.read_text() + f'"{CANARY}unclosed, 1\n')
    failed = run(company, home)
    assert "survey_responses.csv" in failed
    assert CANARY not in said + failed
    # Databases and Parquet files are compressed: their columns were looked at above.
    written = [path for path in home.rglob("*") if path.is_file()]
    readable = [p for p in written if p.suffix not in (".duckdb", ".parquet")]
    assert readable
    assert [p for p in readable if CANARY.encode() in p.read_bytes()] == []
