"""Expansion against the oracle: opportunities, the pipeline by month, and signals."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from expansion_renewals import differences, oracle_of_expansion, oracle_of_signals

AS_OF = {
    "sample_warehouse": date(2025, 12, 31),
    "sample_in_september": date(2025, 9, 28),
}


@pytest.mark.parametrize("warehouse", AS_OF)
def test_opportunities_and_the_pipeline_equal_the_oracle(request, warehouse):
    with duckdb.connect(
        request.getfixturevalue(warehouse), read_only=True
    ) as connection:
        company = oracle_of_expansion(connection, AS_OF[warehouse])
        deals = list(company.opportunities())
        cells, found = differences(connection, "expansion_opportunities", deals)
        assert found == []
        assert cells > 200
        cells, found = differences(connection, "expansion_pipeline", company.pipeline())
        assert found == []
        assert cells > 200
    assert {row["is_won"] for row in deals} >= {True, None}


@pytest.mark.parametrize("warehouse", AS_OF)
def test_signals_to_expand_equal_the_oracle(request, warehouse):
    with duckdb.connect(
        request.getfixturevalue(warehouse), read_only=True
    ) as connection:
        company = oracle_of_signals(connection, AS_OF[warehouse])
        signals = list(company.rows())
        cells, found = differences(connection, "expansion_signals", signals)
    assert found == []
    assert cells > 200_000
    assert {row["priority"] for row in signals} >= {"none", "low"}
    assert any(row["adoption_gap"] for row in signals)
