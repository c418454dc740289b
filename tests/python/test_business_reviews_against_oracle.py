"""Business reviews, CSM books and health, against plain Python: every cell."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from business_reviews import KEYS, Reviews
from compiled import compiled_in
from oracle import deliveries
from oracle.comparison import compare
from rows import rows_of

AS_OF = date(2025, 12, 31)


@pytest.fixture(scope="module")
def reviews(sample_warehouse):
    """Return the marts as built, and what the oracles make of their rows."""
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        yield Reviews(connection, AS_OF)


@pytest.mark.parametrize("mart", KEYS)
def test_every_cell_is_what_the_definitions_say(reviews, mart):
    assert reviews.differences(mart) == []


def test_the_sample_has_rows_of_each_kind(sample_warehouse):
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        kinds = connection.execute("""
            select
                (select count(*) from health.band_migrations where to_band = 'left'),
                (select count(*) from health.band_migrations
                    where from_band = 'joined'),
                (select count(*) from health.band_shares where red_arr_share > 0),
                (select count(*) from health.playbook_tasks where is_this_week),
                (select count(*) from health.playbook_tasks
                    where is_past_due and playbook = 'renewal'),
                (select count(*) from reviews.account_contacts where contacts = 0),
                (select count(last_left_on) from reviews.account_contacts),
                (select count(distinct kind) from reviews.account_dates) - 3,
                (select count(*) from reviews.account_dates where is_overdue),
                (select count(active_users_change) from reviews.account_reviews),
                (select count(satisfaction) from reviews.account_reviews),
                (select count(*) from reviews.account_reviews where is_pack_due),
                (select count(*) from reviews.csm_books
                    where overdue_interventions > 0),
                (select count(*) from reviews.support_months where escalated > 0),
                (select count(*) from quality.source_freshness where age_days > 0)
        """).fetchone()
    assert kinds is not None
    assert all(rows > 0 for rows in kinds)


def test_rows_that_do_not_count_make_no_table_fresher(sample_warehouse):
    model = compiled_in(sample_warehouse, ["source_freshness"])["source_freshness"]
    rows = [
        ("staged", date(2025, 12, 1)),
        ("staged", date(2025, 12, 30)),
        ("staged", None),
        ("not_yet", date(2026, 1, 5)),
        *((verdict, AS_OF) for verdict in ("quarantined", "deduplicated", "erased")),
    ]
    with duckdb.connect() as connection:
        connection.execute("create schema staging")
        for table, day in deliveries.DAYS.items():
            name = "staging.base_" + table.replace("_", "__", 1)
            columns = f"verdict varchar, {day or 'no_day'} date"
            connection.execute(f"create table {name} ({columns})")
            connection.executemany(f"insert into {name} values (?, ?)", rows)
        found = rows_of(connection, model.sql.replace('"bowtie".', ""))
    expected = [
        {
            **deliveries.freshness(table, [], AS_OF),
            "row_count": 3,
            "newest_on": date(2025, 12, 30) if day else None,
            "age_days": 1 if day else None,
        }
        for table, day in deliveries.DAYS.items()
    ]
    assert compare(expected, found, KEYS["quality.source_freshness"]) == []
