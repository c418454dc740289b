"""Expansion and renewals of random companies against the oracle: every cell.

The sample has few edges; these companies have little else. All of them are built at
once, because likelihoods, win rates and accounts alike are taken from all that there
are. What differs is reported with the fewest companies that still show a difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from expansion_renewals import KEYS, Difference, differences, expected_marts
from oracle.busy_companies import COLUMNS, random_busy_companies
from oracle.companies import DEFAULT_AS_OF, union, write_csv
from oracle.raw import Tables, parse_flag
from oracle.terms import running_end

from benchmarks.compiled_models import CompiledModels, compile_models

# The oracle reads these as well; nothing that the marts need makes them.
ALSO_READ = ("policies", "stg_billing__products")
COMPANIES = 150
SLOW_COMPANIES = 300
# The middle of a month, and its last day: a Saturday, on which signals expire.
DAYS = (DEFAULT_AS_OF, date(2024, 8, 31))
POLICIES: tuple[dict[str, int], ...] = (
    {
        "renewal_grace_days": 0,
        "renewal_term_months_min": 1,
        "renewal_rate_min_cases": 3,
        "win_rate_min_cases": 2,
    },
    {
        "renewal_grace_days": 45,
        "renewal_term_months_min": 6,
        "renewal_rate_min_cases": 40,
        "win_rate_min_cases": 25,
        "signal_seats_used_after": 60,
        "peers_min": 3,
        "peer_ownership_min_percent": 35,
    },
)
# Kinds of rows without which a comparison says little, whatever the policies.
KINDS = {
    "renewals": (
        "status = 'renewed'",
        "status = 'churned'",
        "status = 'upcoming'",
        "likelihood_basis = 'cancelled'",
        "likelihood_basis in ('tier and band', 'band', 'all')",
        "is_new_row",
        "is_committed",
        "is_at_risk",
        "net_renewed_arr > renewed_arr",
        "renewed_arr between 0.01 and arr_up_for_renewal - 0.01",
    ),
    "expansion_opportunities": (
        "stage = 'unknown'",
        "is_won",
        "not is_won",
        "win_rate_basis = 'history'",
        "days_before_renewal is not null",
    ),
    "expansion_signals": (
        "is_signal_open",
        "is_prioritised",
        "is_near_limit",
        "answered_on is not null",
        "followed_up_on is not null",
        "converted_on is not null",
        "products_not_owned is not null",
        "adoption_gap > 0",
    ),
    "nrr_forecast": (
        "renewal_loss_arr < 0",
        "renewal_growth_arr > 0",
        "pipeline_arr > 0",
        "signals_arr > 0",
        "high_nrr is not null",
        "is_inside_interval",
    ),
}

# Compiling alone costs more than `make test` has for these.
pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Workbench:
    """A raw folder and the models compiled for it."""

    raw_dir: Path
    models: CompiledModels
    as_of: date

    def build(self, companies: dict[str, Tables]) -> duckdb.DuckDBPyConnection:
        """Build the companies as one; return the open database."""
        write(union(companies.values()), self.raw_dir)
        return self.models.run()

    def differences(self, companies: dict[str, Tables]) -> list[Difference]:
        """Return how the marts of the companies differ from the oracle's."""
        with self.build(companies) as connection:
            return compare(connection, self.as_of)[1]


def write(rows: Tables, raw_dir: Path) -> None:
    """Put the rows where the models read; every table keeps its file."""
    write_csv(rows, raw_dir, COLUMNS)
    for table, columns in COLUMNS.items():
        if not rows.get(table):
            header = ",".join(columns.split())
            (raw_dir / f"{table}.csv").write_text(f"{header}\n")


def workbench(
    folder: Path, companies: dict[str, Tables], as_of: date, **switches: int
) -> Workbench:
    raw_dir = folder / "raw"
    write(union(companies.values()), raw_dir)
    models = compile_models(
        raw_dir, as_of, folder / "dbt", (*KEYS, *ALSO_READ), **switches
    )
    return Workbench(raw_dir, models, as_of)


def compare(
    connection: duckdb.DuckDBPyConnection, as_of: date
) -> tuple[dict[str, int], list[Difference]]:
    """Return how many cells of each mart were compared, and those that differ."""
    cells: dict[str, int] = {}
    found: list[Difference] = []
    for mart, rows in expected_marts(connection, as_of).items():
        cells[mart], of_mart = differences(connection, mart, rows)
        found.extend(of_mart)
    return cells, found


def fewest_that_differ(
    bench: Workbench, companies: dict[str, Tables]
) -> dict[str, Tables]:
    """Halve the companies for as long as one of the halves still differs."""
    while len(companies) > 1:
        names = list(companies)
        middle = len(names) // 2
        halves = (
            {name: companies[name] for name in half}
            for half in (names[:middle], names[middle:])
        )
        smaller = next((half for half in halves if bench.differences(half)), None)
        if smaller is None:
            return companies
        companies = smaller
    return companies


def assert_equal_to_oracle(
    folder: Path, count: int, as_of: date, **switches: int
) -> None:
    companies = random_busy_companies(count, as_of, f"{as_of} {switches}")
    bench = workbench(folder, companies, as_of, **switches)
    with bench.build(companies) as connection:
        cells, found = compare(connection, as_of)
        terms = terms_now(connection, union(companies.values()), as_of)
        kinds = kinds_of_rows(connection)
    if found:
        fewest = fewest_that_differ(bench, companies)
        shown = [*found[:20], *fewest, *bench.differences(fewest)[:20]]
        pytest.fail("\n".join([f"{len(found)} cells differ", *map(str, shown)]))
    assert [term for term in terms if term[1] != term[2]] == []
    assert len(terms) > count
    # Nothing is equal to nothing, too.
    assert all(cells.values()), cells
    assert all(kinds.values()), kinds


def terms_now(
    connection: duckdb.DuckDBPyConnection, rows: Tables, as_of: date
) -> list[tuple[str, date, date]]:
    """Return id, staged and expected end of the terms that are shown though over.

    Subscriptions of which one row alone was sent, and that renew by themselves.
    """
    sent: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows["billing_subscriptions"]:
        sent.setdefault(str(row["subscription_id"]), []).append(row)
    found = []
    for subscription_id, started_on, trial_ends_on, ended_on, end in connection.execute(
        "select subscription_id, started_on, trial_ends_on, ended_on, current_term_end "
        "from staging.stg_billing__subscriptions"
    ).fetchall():
        row, *others = sent[subscription_id]
        shown_end = _day(row["current_term_end"])
        if others or shown_end is None or shown_end > as_of:
            continue
        if parse_flag(row["auto_renews"], True):
            shown = (_day(row["current_term_start"]), shown_end)
            paid_from = max(started_on, trial_ends_on or started_on)
            expected = running_end(shown, paid_from, ended_on, as_of)
            found.append((subscription_id, end, expected))
    return found


def _day(value: object) -> date | None:
    return date.fromisoformat(str(value)) if value else None


def kinds_of_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return how many rows there are of each kind that a comparison should meet."""
    kinds: dict[str, int] = {}
    for mart, conditions in KINDS.items():
        for condition in conditions:
            ((kinds[condition],),) = connection.execute(
                f"select count_if({condition}) from expansion_renewals.{mart}"
            ).fetchall()
    return kinds


def test_every_cell_of_random_companies_equals_the_oracle(tmp_path):
    assert_equal_to_oracle(tmp_path, COMPANIES, DEFAULT_AS_OF)


@pytest.mark.parametrize("as_of", DAYS, ids=str)
@pytest.mark.parametrize("switches", POLICIES, ids=("grace 0", "grace 45"))
def test_every_cell_equals_the_oracle_under_other_policies(tmp_path, switches, as_of):
    assert_equal_to_oracle(tmp_path, SLOW_COMPANIES, as_of, **switches)
