"""Sums of renewals and the pipeline against plain Python: every cell, on two days."""

from __future__ import annotations

import duckdb
import pytest
from conftest import BOTH_DAYS, DAYS
from expansion_renewals import differences, expected_reports
from rows import rows_of

# Each proven by an oracle of its own; settled terms count nowhere.
SUMMED = {
    "expansion_opportunities": "true",
    "renewal_forecast_accuracy": "true",
    "renewals": "is_open",
}
MARTS = (
    "pipeline_stages",
    "renewal_forecast_errors",
    "renewal_horizons",
    "renewal_months",
)


@pytest.fixture(scope="module", params=BOTH_DAYS)
def built(request):
    """Return a connection to the sample, and what the oracle makes of its rows."""
    warehouse = request.getfixturevalue(request.param)
    with duckdb.connect(warehouse, read_only=True) as connection:
        marts = {
            mart: rows_of(connection, f"from expansion_renewals.{mart} where {rows}")
            for mart, rows in SUMMED.items()
        }
        yield connection, expected_reports(marts, DAYS[request.param])


@pytest.mark.parametrize("mart", MARTS)
def test_every_cell_is_what_the_columns_say(built, mart):
    connection, expected = built
    cells, found = differences(connection, mart, expected[mart])
    assert found == []
    assert cells > 0


def test_the_sample_has_rows_of_each_kind(sample_warehouse):
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        kinds = connection.execute("""
            select
                (select count(*) from expansion_renewals.pipeline_stages
                    where weighted_arr < open_arr),
                (select count(*) from expansion_renewals.pipeline_stages
                    where deals > 1 and csm_arr > 0 and csm_arr < open_arr),
                (select count_if(lead_days = 30) * count_if(lead_days = 90)
                    from expansion_renewals.renewal_forecast_errors
                    where months = 12 and largest_error_rate > error_rate),
                (select max(accounts) - min(accounts)
                    from expansion_renewals.renewal_horizons
                    where accounts <= renewals),
                (select count(*) from expansion_renewals.renewal_horizons
                    where accounts < renewals and committed_arr > 0
                        and at_risk_arr > 0),
                (select count(*) from expansion_renewals.renewals
                    where status = 'in_grace'),
                (select count(*) from expansion_renewals.renewal_months
                    where red_arr > 0 and yellow_arr > 0 and unscored_arr > 0)
        """).fetchone()
    assert kinds is not None
    assert all(rows > 0 for rows in kinds), kinds
