"""Retention as reports ask for it, against plain Python: every cell."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from oracle.companies import DEFAULT_AS_OF, random_blocks, union, write_csv
from retention_reports import KEYS, RetentionReports

from benchmarks.compiled_models import compile_models

AS_OF = date(2025, 12, 31)
# The oracle reads these as well; nothing that the marts need makes them.
ALSO_READ = ("policies", "stg_billing__exchange_rates")
COMPANIES = 600


@pytest.fixture(scope="module")
def reports(sample_warehouse):
    """Return the marts as built, and what the oracles make of their rows."""
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        yield RetentionReports(connection, AS_OF)


@pytest.mark.parametrize("mart", KEYS)
def test_every_cell_is_what_the_definitions_say(reports, mart):
    assert reports.differences(mart) == []


def test_the_sample_has_rows_of_each_kind(reports):
    accounts = reports.found("retention_accounts")
    standings = reports.found("retention_standings")
    members = reports.reports.members
    of_year = {
        row["step"]: row["arr"]
        for row in reports.found("arr_bridge_steps")
        if row["window_months"] == 12
    }
    assert {row["touch_tier"] for row in accounts} >= {"high", "tech", "unassigned"}
    assert {row["is_retained"] for row in accounts} == {True, False}
    assert {row["csm_id"] is None for row in accounts} == {True, False}
    assert any(row["account_name"] == row["account_id"] for row in accounts)
    # Some moved and came back to where they were; of one, two causes are of one size.
    assert any(one.causes and one.base == one.current for one in members)
    assert any(
        len(one.causes) > len({abs(arr) for arr in one.causes.values()})
        for one in members
        if one.base != one.current
    )
    assert {row["is_on_target"] for row in standings} == {True, False, None}
    assert {row["rate_year_ago"] is None for row in standings} == {True, False}
    assert all(arr for step, arr in of_year.items() if step != "exchange_rates")
    # Some came back early, some late.
    assert {is_early for _, is_early in reports.definitions.returns} == {True, False}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("as_of", "switches"),
    [
        (DEFAULT_AS_OF, {}),
        (DEFAULT_AS_OF, {"currency_policy": "historical"}),
        (DEFAULT_AS_OF, {"account_grain": "parent", "reactivation_window_days": 45}),
        # Too early for a cohort: all that can be counted is who joined.
        (date(2024, 2, 29), {}),
    ],
    ids=str,
)
def test_every_cell_of_random_companies_equals_the_oracle(tmp_path, as_of, switches):
    rows = union(random_blocks(COMPANIES, seed=f"reports {as_of}").values())
    rows["billing_exchange_rates"] += [
        {"currency": currency, "rate_date": "2022-01-31", "rate": "1.5"}
        for currency in {row["currency"] for row in rows["billing_exchange_rates"]}
    ]
    # Two of three ended contracts say why; where several end together, they differ.
    for number, row in enumerate(rows["billing_subscriptions"]):
        row["churn_reason"] = ("price", "competitor", "")[number % 3]
    write_csv(rows, tmp_path / "raw")
    models = compile_models(
        tmp_path / "raw", as_of, tmp_path / "dbt", (*KEYS, *ALSO_READ), **switches
    )
    with models.run() as connection:
        reports = RetentionReports(connection, as_of)
        found = [each for mart in KEYS for each in reports.differences(mart)]
        assert reports.definitions.returns
        assert {row["churn_reason"] for row in reports.found("churn_reasons")} == {
            *("price", "competitor", "not_given")
        }
    assert found == []
