"""How the team stands as a whole, and how a month divides: two marts of capacity.

Readings of the columns' descriptions:

- Who works on the as-of date is counted, whatever was logged or left before.
- A book needs more hours than there are by exact hours, not by the rate beside them.
- Heads to hire are each tier's most in any month of the expected scenario.
- A category has a row where hours are planned or done in it; the shares are of all
  hours of the CSM's month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from oracle.arithmetic import ratio
from oracle.capacity import Capacity
from oracle.health import Row
from oracle.team import hours


def time_shares(capacity: Capacity) -> list[Row]:
    """Return the rows of csm_time_shares."""
    months = capacity.rows.months
    planned: dict[tuple[str, date, str], Fraction] = defaultdict(Fraction)
    for (csm_id, month, _, category), value in capacity.planned.items():
        planned[csm_id, month, category] += value
    done = {key: hours(held) for key, held in capacity.logged.items()}
    all_planned: dict[tuple[str, date], Fraction] = defaultdict(Fraction)
    all_done: dict[tuple[str, date], Fraction] = defaultdict(Fraction)
    for (csm_id, month, _), value in planned.items():
        all_planned[csm_id, month] += value
    for (csm_id, month, _), value in done.items():
        all_done[csm_id, month] += value
    return [
        {
            "csm_id": csm_id,
            "month": month,
            "category": category,
            "planned_hours": needed,
            "actual_hours": spent,
            "customer_facing_hours": hours(
                one
                for one in capacity.logged.get((csm_id, month, category), ())
                if one["activity_type"] != "internal"
            ),
            "planned_share": ratio(needed, all_planned[csm_id, month]),
            "actual_share": ratio(spent, all_done[csm_id, month]),
        }
        for csm_id, month, category in planned.keys() | done.keys()
        if month in months
        for needed in [planned.get((csm_id, month, category), Fraction())]
        for spent in [done.get((csm_id, month, category), Fraction())]
        if needed or spent
    ]


def capacity_totals(
    as_of: date,
    csms: Sequence[Row],
    coverage: Sequence[Row],
    proposals: Sequence[Row],
    headcount: Sequence[Row],
) -> Row:
    """Return the row of capacity_totals.

    `csms` are those of csm_capacity of the as-of date's month, the rest whole marts.
    """
    there = [row for row in csms if row["is_present_at_close"]]
    expected = sum(Fraction(row["expected_hours"]) for row in csms)
    available = sum(Fraction(row["available_hours"]) for row in csms)
    uncovered = [row for row in coverage if row["csm_id"] is None]
    mis_tiered = [
        row
        for row in coverage
        if row["csm_touch_tier"] not in (None, row["touch_tier"])
    ]
    most: dict[str, int] = defaultdict(int)
    for row in headcount:
        if row["scenario"] == "expected":
            needed = row["csms_needed"] - row["csms"]
            most[row["touch_tier"]] = max(most[row["touch_tier"]], needed)
    return {
        "as_of_date": as_of,
        "accounts": len(coverage),
        "arr": _arr(coverage),
        "csms": len(there),
        **{
            f"csms_{band}": sum(1 for row in there if row["band"] == band)
            for band in ("over", "in", "under")
        },
        "csms_overbooked": sum(
            1 for row in there if row["expected_hours"] > row["available_hours"]
        ),
        "expected_hours": expected,
        "available_hours": available,
        "utilisation": ratio(expected, available),
        "uncovered_accounts": len(uncovered),
        "uncovered_arr": _arr(uncovered),
        "mis_tiered_accounts": len(mis_tiered),
        "mis_tiered_arr": _arr(mis_tiered),
        "proposed_moves": sum(1 for row in proposals if row["account_id"] is not None),
        "tiers_out_of_band": len(
            {row["touch_tier"] for row in proposals if row["account_id"] is None}
        ),
        "csms_to_hire": sum(most.values()),
    }


def _arr(rows: Sequence[Row]) -> Fraction:
    return sum((Fraction(row["arr"]) for row in rows), Fraction())
