"""A past day's work queue, rebuilt as of that day, is the one that is kept today.

What was open in September, and all that was known of it, must be found in today's mart:
nothing that came later may have changed it.
"""

from __future__ import annotations

import duckdb
import pytest
from conftest import DAYS

# A second build of the whole sample.
pytestmark = pytest.mark.slow

AS_OF = DAYS["sample_in_september"].isoformat()
SCORED_FROM = "2025-01-01"
"""Scores are kept for two years: an older one of today's was never part of then."""

COMPARED = """
    select intervention_id, reason, touch_tier, csm_id, due_on, playbook, arr,
        case when closed_on <= date '{as_of}' then closed_on end as closed_on,
        case when closed_on <= date '{as_of}' then outcome end as outcome
    from {database}.health.interventions
    where opened_on between date '{scored_from}' and date '{as_of}'
"""


@pytest.fixture(scope="module")
def both(sample_warehouse, sample_in_september):
    """Return a connection that has the marts of today as `today` and then as `past`."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sample_warehouse}' as today (read_only)")
        connection.execute(f"attach '{sample_in_september}' as past (read_only)")
        yield connection


def queue(database):
    return COMPARED.format(database=database, as_of=AS_OF, scored_from=SCORED_FROM)


def test_queue_of_a_past_day_is_what_it_was_then(both):
    past, today = queue("past"), queue("today")
    (kept,) = both.execute(f"select count(*) from ({past})").fetchone()
    differing = both.execute(
        f"(({past}) except ({today})) union all (({today}) except ({past}))"
    ).fetchall()
    assert kept > 500
    assert differing == []


def test_nothing_is_opened_or_closed_after_the_day(both):
    (later,) = both.execute(
        f"""
        select count(*)
        from past.health.interventions
        where opened_on > date '{AS_OF}' or closed_on > date '{AS_OF}'
            or first_touch_on > date '{AS_OF}'
        """
    ).fetchone()
    assert later == 0
