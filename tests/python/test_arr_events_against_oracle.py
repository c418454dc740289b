"""Every change of ARR, by the day: its name, and what caused it, against the oracle.

Random companies are in `test_ledger_against_oracle.py`, with the other marts.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import duckdb
import pytest
from oracle import Policies, compare, from_mart
from oracle.events import CAUSES, Change, Level, arr_event_rows, causes
from oracle.ledger import KEYS
from oracle.lines import stretches
from oracle.raw import KEYS as RAW_KEYS
from oracle.raw import Known, Product
from rows import rows_of, text_rows_of

AS_OF = date(2025, 12, 31)


def test_every_event_of_the_sample_and_its_causes_equal_the_oracle(sample_warehouse):
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        tables = {table: text_rows_of(connection, f"raw.{table}") for table in RAW_KEYS}
        found = from_mart(rows_of(connection, "from revenue.arr_events"))
    expected = arr_event_rows(stretches(Known(tables, AS_OF, Policies())), None)
    assert compare(expected, found, KEYS["arr_events"]) == []
    assert len(found) > 12_000
    assert {row["movement_type"] for row in found} == {
        "new", "reactivation", "resumed", "expansion", "contraction", "churn", "paused"
    }  # fmt: skip
    assert all(any(row[cause] for row in found) for cause in CAUSES)


def change(rank: int | None, before: tuple[int, ...], after: tuple[int, ...]) -> Change:
    """Return a change of a product of one family: units, ARR, list ARR if other."""
    levels = [
        Level(Fraction(units), arr, *(list_arr or [arr]))
        for units, arr, *list_arr in (before, after)
    ]
    return Change(Product("core", tier_rank=rank), *levels)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # 100 x 2, and 12 x 20.
        ([change(1, (10, 1000), (12, 1440))], {"seats": 200, "price": 240}),
        ([change(1, (0, 0), (5, 500))], {"product": 500}),
        # 10 x 100 -> 12 x 150: 100 x 2, and 12 x 50.
        (
            [change(1, (10, 1000), (0, 0)), change(2, (0, 0), (12, 1800))],
            {"seats": 200, "tier": 600},
        ),
        # Two origins, or two targets, are no move.
        (
            [
                change(1, (4, 400), (0, 0)),
                change(2, (6, 900), (0, 0)),
                change(3, (0, 0), (11, 2200)),
            ],
            {"product": 900},
        ),
        (
            [
                change(1, (11, 2200), (0, 0)),
                change(2, (0, 0), (6, 900)),
                change(3, (0, 0), (4, 400)),
            ],
            {"product": -900},
        ),
        # 20 % off until then: 80 x 2, 1320 - 1320 x 0.8, and what is left.
        (
            [change(1, (10, 800, 1000), (12, 1320, 1320))],
            {"seats": 160, "discount_expiry": 264, "price": 96},
        ),
        # A thousandth less off is price.
        (
            [change(1, (1, 8000, 10000), (1, 8010, 10000))],
            {"price": 10},
        ),
    ],
)
def test_causes_worked_by_hand(changes, expected):
    found = {cause: amount for cause, amount in causes(changes).items() if amount}
    assert found == {f"{cause}_arr": amount for cause, amount in expected.items()}
