"""An erased account: nothing of it is left, and every total is as if it never was."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from commands import bowtie, refusal
from conftest import TINY_COMPANY, write_company

AS_OF = "2025-06-30"
# Three whole runs; that each kind of row is left out, dbt's unit tests say.
pytestmark = pytest.mark.slow

ERASED, NAME = "A1", b"Growing"


def tables_of(database: Path) -> dict[str, list[tuple]]:
    """Return all rows of every published table that the company's data decide."""
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name <> 'quality' and table_name not like '%restatements' "
            "order by 1"
        ).fetchall()
        return {
            name: connection.execute(f"select * from {name} order by all").fetchall()
            for (name,) in names
        }


@pytest.fixture(scope="module")
def homes(tmp_path_factory) -> tuple[Path, Path, str]:
    """Return a home with A1 erased, one that never had it, and what erasing said."""
    folder = tmp_path_factory.mktemp("erasing")
    raw = write_company(folder / "raw", TINY_COMPANY)
    without = write_company(
        folder / "without",
        {
            table: [
                row
                for row in rows
                if row.get("account_id") != ERASED
                and row.get("subscription_id") != "S1"
            ]
            for table, rows in TINY_COMPANY.items()
        },
    )
    erased, never = folder / "erased", folder / "never"
    for home, company in ((erased, raw), (never, without)):
        done = bowtie("run", "--raw", company, "--as-of", AS_OF, "--home", home)
        assert done.returncode == 0, done.stderr
    options = ("--raw", raw, "--as-of", AS_OF, "--home", erased)
    assert "no account of this id" in refusal("erase", "A9", *options)
    done = bowtie("erase", ERASED, *options)
    assert done.returncode == 0, done.stderr
    return erased, never, done.stdout


def test_every_figure_is_as_if_the_account_had_never_been(homes):
    erased, never, _ = homes
    database = Path("current") / "bowtie.duckdb"
    assert tables_of(erased / database) == tables_of(never / database)


def test_no_generation_that_had_the_account_is_left(homes):
    erased, _, _ = homes
    assert [path.name for path in (erased / "releases").iterdir()] == [
        "000002-20250630"
    ]
    # HOME/state/ and HOME/work/ too, if they hold anything.
    for database in erased.rglob("*.duckdb"):
        with duckdb.connect(str(database), read_only=True) as connection:
            for schema, table, column in connection.execute(
                "select schema_name, table_name, column_name from duckdb_columns() "
                "where data_type = 'VARCHAR' and not internal"
            ).fetchall():
                assert connection.execute(
                    f'select count(*) from "{schema}"."{table}" where "{column}" = $1',
                    [ERASED],
                ).fetchone() == (0,), f"{database}: {schema}.{table}.{column}"
    readable = [path for path in erased.rglob("*") if path.suffix != ".duckdb"]
    assert [
        path for path in readable if path.is_file() and NAME in path.read_bytes()
    ] == []


def test_the_totals_that_changed_are_shown_and_listed_without_a_name(homes):
    erased, _, said = homes
    with duckdb.connect(
        str(erased / "current" / "bowtie.duckdb"), read_only=True
    ) as connection:
        months, reasons, last = connection.execute(
            "select count(*), list(distinct main_reason), "
            "min_by(restated_arr, -epoch(month)) "
            "from revenue.restatements where account_id = 'erased'"
        ).fetchone()
        erased_rows = connection.execute(
            "select sum(erased) from quality.raw_row_counts"
        ).fetchone()
    # From January 2023 to June 2025; 15 seats of 1,200 at the end.
    assert (months, reasons, last) == (30, ["removed"], -18000)
    # The account, its subscription and two items.
    assert erased_rows == (4,)
    assert "ARR restated in 30 closed months" in said
    assert "2025-06           20,388.00  ->            2,388.00" in said
