"""Expansion and renewals against the oracle: all cells of six marts, as of two days."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from expansion_renewals import (
    differences,
    oracle_of_expansion,
    oracle_of_renewals,
    oracle_of_signals,
)

AS_OF = {
    "sample_warehouse": date(2025, 12, 31),
    "sample_in_september": date(2025, 9, 28),
}


@pytest.fixture(params=AS_OF)
def built(request):
    """Return a connection to the sample, and the day as of which it was built."""
    warehouse = request.getfixturevalue(request.param)
    with duckdb.connect(warehouse, read_only=True) as connection:
        yield connection, AS_OF[request.param]


def test_renewals_and_their_forecasts_equal_the_oracle(built):
    connection, as_of = built
    company = oracle_of_renewals(connection, as_of)
    for mart, rows, least in (
        ("renewals", company.rows, 400_000),
        ("renewal_forecast", company.forecast(), 300),
        ("renewal_forecast_accuracy", company.accuracy(), 600),
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


def test_opportunities_and_the_pipeline_equal_the_oracle(built):
    connection, as_of = built
    company = oracle_of_expansion(connection, as_of)
    deals = list(company.opportunities())
    for mart, rows in (
        ("expansion_opportunities", deals),
        ("expansion_pipeline", company.pipeline()),
    ):
        cells, found = differences(connection, mart, rows)
        assert found == []
        assert cells > 200
    assert {row["is_won"] for row in deals} >= {True, None}


def test_signals_to_expand_equal_the_oracle(built):
    connection, as_of = built
    signals = list(oracle_of_signals(connection, as_of).rows())
    cells, found = differences(connection, "expansion_signals", signals)
    assert found == []
    assert cells > 200_000
    assert {row["priority"] for row in signals} >= {"none", "low"}
    assert any(row["adoption_gap"] for row in signals)
