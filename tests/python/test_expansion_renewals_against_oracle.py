"""Expansion and renewals against the oracle: eight marts, cell by cell, on two days."""

from __future__ import annotations

import duckdb
import pytest
from conftest import BOTH_DAYS, DAYS
from expansion_renewals import (
    differences,
    oracle_of_expansion,
    oracle_of_renewals,
    oracle_of_signals,
)
from oracle.net_retention import NetRetention


@pytest.fixture(scope="module", params=BOTH_DAYS)
def built(request):
    """Return a connection to the sample, and the day as of which it was built."""
    warehouse = request.getfixturevalue(request.param)
    with duckdb.connect(warehouse, read_only=True) as connection:
        yield connection, DAYS[request.param]


@pytest.fixture(scope="module")
def renewals(built):
    return oracle_of_renewals(*built)


@pytest.fixture(scope="module")
def expansion(built):
    return oracle_of_expansion(*built)


@pytest.fixture(scope="module")
def signals(built):
    return oracle_of_signals(*built)


def test_renewals_and_their_forecasts_equal_the_oracle(built, renewals):
    connection, _ = built
    for mart, rows, least in (
        ("renewals", renewals.rows, 400_000),
        ("renewal_forecast", renewals.forecast(), 300),
        ("renewal_forecast_accuracy", renewals.accuracy(), 600),
    ):
        cells, found = differences(connection, mart, rows)
        assert found == []
        assert cells > least


def test_the_sample_has_renewals_of_each_kind(sample_warehouse):
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        found = connection.execute("""
            select
                count(distinct status),
                count(distinct likelihood_basis),
                count(cancel_requested_on),
                count_if(is_new_row),
                count_if(is_committed)
            from expansion_renewals.renewals
        """).fetchone()
    assert found is not None
    statuses, bases, *kinds = found
    assert statuses == 5
    assert bases >= 3
    assert all(rows > 0 for rows in kinds)


def test_opportunities_and_the_pipeline_equal_the_oracle(built, expansion):
    connection, _ = built
    deals = list(expansion.opportunities())
    for mart, rows in (
        ("expansion_opportunities", deals),
        ("expansion_pipeline", expansion.pipeline()),
    ):
        cells, found = differences(connection, mart, rows)
        assert found == []
        assert cells > 200
    assert {row["is_won"] for row in deals} >= {True, None}


def test_signals_to_expand_equal_the_oracle(built, signals):
    connection, _ = built
    rows = list(signals.rows())
    cells, found = differences(connection, "expansion_signals", rows)
    assert found == []
    assert cells > 200_000
    assert {row["priority"] for row in rows} >= {"none", "low"}
    assert any(row["adoption_gap"] for row in rows)


def test_forecasts_of_net_retention_equal_the_oracle(
    built, renewals, expansion, signals
):
    connection, _ = built
    company = NetRetention(renewals, expansion, signals)
    for mart, rows, least in (
        ("nrr_forecast", company.rows, 600),
        ("nrr_forecast_records", company.records(), 30),
    ):
        cells, found = differences(connection, mart, rows)
        assert found == []
        assert cells > least
    for kind in ("renewal_growth_arr", "pipeline_arr", "signals_arr"):
        assert any(row[kind] for row in company.rows), kind
    # In the sample none of its ranges holds what comes; random companies' do.
    assert {row["is_inside_interval"] for row in company.rows} >= {None, False}
