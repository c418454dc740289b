"""How customers are looked after, against plain Python: every cell, as of two days."""

from __future__ import annotations

import duckdb
import pytest
from conftest import BOTH_DAYS, DAYS
from customer_care import KEYS, Care


@pytest.fixture(scope="module", params=BOTH_DAYS)
def care(request):
    """Return the marts as built, and what the oracles make of their rows."""
    warehouse = request.getfixturevalue(request.param)
    with duckdb.connect(warehouse, read_only=True) as connection:
        yield Care(connection, DAYS[request.param])


@pytest.mark.parametrize("mart", KEYS)
def test_every_cell_is_what_the_definitions_say(care, mart):
    assert care.differences(mart) == []


def test_the_sample_has_customers_of_each_kind(sample_warehouse):
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        kinds = connection.execute("""
            select
                (select count(*) from health.touchpoints where overdue_days > 0),
                (select count(*) from health.touchpoints where touch_tier is null),
                (select count(*) from health.touchpoints where delivery_rate < 1),
                (select count(*) from health.onboarding where is_stalled),
                (select count(activated_on) from health.onboarding),
                (select count(*) from health.success_plans where progress < 1),
                (select count(*) from health.success_plan_milestones
                    where status = 'overdue'),
                (select count(what_changed) from health.account_health),
                (select count(cap_reason) from health.account_health),
                (select count(*) from health.account_health
                    where open_interventions > 1),
                (select count(previous_band) from health.account_health)
        """).fetchone()
    assert kinds is not None
    assert all(rows > 0 for rows in kinds)
