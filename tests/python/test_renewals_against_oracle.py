"""Renewals against the oracle: every cell, as of two days."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from expansion_renewals import differences, oracle_of_renewals

AS_OF = {
    "sample_warehouse": date(2025, 12, 31),
    "sample_in_september": date(2025, 9, 28),
}


@pytest.mark.parametrize("warehouse", AS_OF)
def test_renewals_and_their_forecasts_equal_the_oracle(request, warehouse):
    with duckdb.connect(
        request.getfixturevalue(warehouse), read_only=True
    ) as connection:
        company = oracle_of_renewals(connection, AS_OF[warehouse])
        cells, found = differences(connection, "renewals", company.rows)
        assert found == []
        assert cells > 400_000
        cells, found = differences(connection, "renewal_forecast", company.forecast())
        assert found == []
        assert cells > 300
        cells, found = differences(
            connection, "renewal_forecast_accuracy", company.accuracy()
        )
        assert found == []
        assert cells > 600


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
