"""The SQL ledger against the plain-Python oracle: every cell of five marts equal.

A thousand random companies are built in one go; a company that differs is shrunk,
row by row, to the smallest one that still does. Then the properties that need no
oracle: what may not matter, does not.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest
from oracle import Policies, Row, Tables, build, compare, from_mart
from oracle.arithmetic import add_months
from oracle.companies import (
    COLUMNS,
    DEFAULT_AS_OF,
    random_blocks,
    to_company_block,
    union,
    write_csv,
)
from oracle.ledger import KEYS
from rows import rows_of

from benchmarks.compiled_models import CompiledModels, compile_models

MARTS = tuple(KEYS)
COMPANIES = 1_000
FEWER_COMPANIES = 150
SLOW_COMPANIES = 10_000
BATCH = 2_500


@dataclass(frozen=True)
class Workbench:
    """A raw folder and the models compiled for it."""

    raw_dir: Path
    models: CompiledModels
    as_of: date
    policies: Policies

    def write(self, rows: Tables) -> None:
        """Put the rows where the models read; every table keeps its file."""
        write_csv(rows, self.raw_dir)
        for table, columns in COLUMNS.items():
            if not rows.get(table):
                header = ",".join(columns.split())
                (self.raw_dir / f"{table}.csv").write_text(f"{header}\n")

    def marts(self, threads: int = 2) -> dict[str, list[dict[str, object]]]:
        """Build what lies in the folder; return each mart in the oracle's terms."""
        with self.models.run(threads) as connection:
            return {mart: mart_rows(connection, mart) for mart in MARTS}

    def differences(self, rows: Tables) -> list[str]:
        """Return how the marts differ from the oracle's, in words; none is equal."""
        self.write(rows)
        actual = self.marts()
        expected = build(rows, self.as_of, self.policies).marts()
        return [
            f"{mart}: {difference}"
            for mart in MARTS
            for difference in compare(expected[mart], actual[mart], KEYS[mart])
        ]


def mart_rows(
    connection: duckdb.DuckDBPyConnection, mart: str
) -> list[dict[str, object]]:
    return from_mart(rows_of(connection, f"from revenue.{mart}"))


def workbench(
    folder: Path, rows: Tables, as_of: date = DEFAULT_AS_OF, **switches: object
) -> Workbench:
    raw_dir = folder / "raw"
    raw_dir.mkdir(parents=True)
    policies = Policies(
        **{
            name: date.fromisoformat(value) if name.endswith("_date") else value
            for name, value in switches.items()
        }
    )
    Workbench(raw_dir, CompiledModels(()), as_of, policies).write(rows)
    models = compile_models(raw_dir, as_of, folder / "dbt", MARTS, **switches)
    return Workbench(raw_dir, models, as_of, policies)


def smallest_that_differs(bench: Workbench, companies: dict[str, Tables]) -> str:
    """Find a company that differs by itself and take rows away while it still does."""
    for prefix, company in companies.items():
        if not bench.differences(company):
            continue
        for table in list(company):
            for row in list(company[table]):
                fewer = {
                    **company,
                    table: [other for other in company[table] if other is not row],
                }
                try:
                    if bench.differences(fewer):
                        company = fewer
                except Exception:  # a company that cannot be built is no witness
                    continue
        rows = {table: rows for table, rows in company.items() if rows}
        return f"{prefix}: {bench.differences(company)[:5]}\n{rows}"
    return "no company differs by itself"


def assert_equal_to_oracle(
    folder: Path, companies: dict[str, Tables], **switches: object
) -> None:
    rows = union(companies.values())
    bench = workbench(folder, rows, **switches)
    differences = bench.differences(rows)
    if differences:
        pytest.fail("\n".join([*differences, smallest_that_differs(bench, companies)]))


def test_every_cell_of_a_thousand_random_companies_equals_the_oracle(tmp_path):
    assert_equal_to_oracle(tmp_path, random_blocks(COMPANIES))


# Each of them parses the project anew: `make test` asks of all at once, the slow tests
# of each alone.
OTHER_POLICIES = (
    {"currency_policy": "historical"},
    {"account_grain": "parent", "renewal_grace_days": 0},
    {"reactivation_window_days": 45, "fx_reference_date": "2023-06-30"},
)


@pytest.mark.parametrize(
    "switches",
    [
        {name: value for each in OTHER_POLICIES for name, value in each.items()},
        *(pytest.param(each, marks=pytest.mark.slow) for each in OTHER_POLICIES),
    ],
    ids=str,
)
def test_every_cell_equals_the_oracle_under_each_policy(tmp_path, switches):
    assert_equal_to_oracle(
        tmp_path, random_blocks(FEWER_COMPANIES, seed=f"{switches}"), **switches
    )


@pytest.mark.parametrize(
    "as_of",
    [date(2024, 2, 29), pytest.param(date(2023, 8, 1), marks=pytest.mark.slow)],
    ids=str,
)
def test_every_cell_equals_the_oracle_as_of_an_earlier_day(tmp_path, as_of):
    # The companies are written for the default day: much of them is still to come.
    rows = union(random_blocks(FEWER_COMPANIES, seed=f"as of {as_of}").values())
    rows["billing_exchange_rates"] += [
        {"currency": currency, "rate_date": "2022-01-31", "rate": "1.5"}
        for currency in {row["currency"] for row in rows["billing_exchange_rates"]}
    ]
    assert workbench(tmp_path, rows, as_of).differences(rows) == []


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(SLOW_COMPANIES // BATCH))
def test_every_cell_of_ten_thousand_random_companies_equals_the_oracle(tmp_path, batch):
    assert_equal_to_oracle(tmp_path, random_blocks(BATCH, seed=f"slow {batch}"))


# --- What may not matter, does not ----------------------------------------------------


@pytest.fixture(scope="module")
def companies() -> dict[str, Tables]:
    return random_blocks(FEWER_COMPANIES, seed="invariance")


@pytest.fixture(scope="module")
def bench(tmp_path_factory, companies) -> Workbench:
    return workbench(tmp_path_factory.mktemp("invariance"), union(companies.values()))


@pytest.fixture(scope="module")
def marts(bench) -> dict[str, list[dict[str, object]]]:
    return bench.marts()


def assert_same(
    marts: dict[str, list[dict]],
    others: dict[str, list[dict]],
    translate: Callable[[dict], dict] = lambda row: row,
) -> None:
    for mart in MARTS:
        expected = [translate(row) for row in marts[mart]]
        assert compare(expected, others[mart], KEYS[mart]) == [], mart


def test_the_order_of_raw_rows_does_not_matter(bench, companies, marts):
    rows = union(companies.values())
    shuffled = {
        table: random.Random(table).sample(table_rows, len(table_rows))
        for table, table_rows in rows.items()
    }
    bench.write(shuffled)
    try:
        assert_same(marts, bench.marts())
    finally:
        bench.write(rows)


@pytest.mark.parametrize("threads", [1, 8])
def test_the_number_of_threads_does_not_matter(bench, marts, threads):
    assert_same(marts, bench.marts(threads))


@pytest.mark.slow
def test_the_split_into_files_does_not_matter(tmp_path, companies, marts):
    rows = union(companies.values())
    parts: dict[str, Tables] = {"1": {}, "2": {}}
    for table, table_rows in rows.items():
        middle = len(table_rows) // 2
        parts["1"][table], parts["2"][table] = table_rows[:middle], table_rows[middle:]
    raw_dir = tmp_path / "raw"
    for part, part_rows in parts.items():
        write_csv(part_rows, tmp_path / part)
        for file in (tmp_path / part).glob("*.csv"):
            (raw_dir / file.stem).mkdir(parents=True, exist_ok=True)
            file.rename(raw_dir / file.stem / f"part-{part}.csv")
    models = compile_models(raw_dir, DEFAULT_AS_OF, tmp_path / "dbt", MARTS)
    with models.run() as connection:
        assert_same(marts, {mart: mart_rows(connection, mart) for mart in MARTS})


def test_the_spelling_of_ids_does_not_matter(bench, companies, marts):
    renamed = {}
    for prefix, company in companies.items():
        renamed[prefix] = to_company_block(company, "zz")
        for account in renamed[prefix].get("crm_accounts", []):
            account["region"] = prefix
    bench.write(union(renamed.values()))
    try:
        assert_same(marts, bench.marts(), with_renamed_ids)
    finally:
        bench.write(union(companies.values()))


def with_renamed_ids(row: dict) -> dict:
    """Write an expected row with the ids as they are after the renaming."""
    renamed = {
        name: f"zz-{value}" if name.endswith("_id") and value else value
        for name, value in row.items()
        if name != "arr_line_id"
    }
    if str(row.get("account_id")).startswith("unmatched:"):
        renamed["account_id"] = f"unmatched:zz-{row['account_id'].partition(':')[2]}"
    if row.get("slice_name") == "csm" and row["slice_value"] != "unassigned":
        renamed["slice_value"] = f"zz-{row['slice_value']}"
    if row.get("slice_name") == "product_family":
        renamed["slice_value"] = row["slice_value"]
    return renamed


@pytest.mark.slow
def test_a_shift_by_whole_months_shifts_the_ledger(tmp_path, companies, marts):
    # Four years: every day, 29 February included, exists on the other side.
    months = 48
    shifted = {
        table: [shift_years(row, months // 12) for row in table_rows]
        for table, table_rows in union(companies.values()).items()
    }
    later = workbench(tmp_path, shifted, add_months(DEFAULT_AS_OF, months)).marts()
    assert_same(
        marts,
        later,
        lambda row: {
            name: add_months(value, months) if isinstance(value, date) else value
            for name, value in row.items()
            if name != "arr_line_id"
        },
    )


def shift_years(row: Row, years: int) -> Row:
    """Move every date and timestamp of a raw row; an open end stays open."""
    return {
        name: f"{int(text[:4]) + years}{text[4:]}"
        if text and text[:2] == "20" and text[4:5] == "-"
        else text
        for name, text in row.items()
    }
