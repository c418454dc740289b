"""How far success plans have come, and their milestones.

Readings of DECISIONS R2 and of the columns' descriptions:

- Staging hides what happened after the as-of date, and plans made after it; a plan's
  status is today's.
- Due by the as-of date is what was due on it, too; overdue is what was due before it
  and is not reached. What has no day is never due.
- The metric has gone at most 1,000 times its way, either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from oracle.arithmetic import ratio, rounded_away
from oracle.health import Row

_AT_MOST = 1000
_KEPT = (
    "success_plan_id", "account_id", "objective", "status", "metric_name",
    "baseline_value", "target_value", "current_value", "created_on", "target_date",
    "completed_on",
)  # fmt: skip


def plan(row: Row, milestones: Sequence[Row], as_of: date) -> dict[str, Any]:
    """Return a plan's row of `success_plans`."""
    reached = [one for one in milestones if one["completed_on"] is not None]
    due = [one for one in milestones if _is_due(one, as_of)]
    to_reach = [
        one["due_date"]
        for one in milestones
        if one not in reached and one["due_date"] is not None
    ]
    is_under_way = row["status"] in ("draft", "active") and not row["completed_on"]
    return {
        **{name: row[name] for name in _KEPT},
        "milestones_total": len(milestones),
        "milestones_done": len(reached),
        "milestones_due": len(due),
        "milestones_overdue": sum(_status(one, as_of) == "overdue" for one in due),
        "next_milestone_on": min(to_reach, default=None),
        "progress": ratio(len(reached), len(milestones)),
        "value_against_target": _way_gone(row),
        "is_overdue": is_under_way and _is_past(row["target_date"], as_of),
    }


def milestone(row: Row, of_plan: Row, as_of: date) -> dict[str, Any]:
    """Return a milestone's row of `success_plan_milestones`."""
    return {
        "milestone_id": row["milestone_id"],
        "success_plan_id": row["success_plan_id"],
        "account_id": of_plan["account_id"],
        "objective": of_plan["objective"],
        "plan_status": of_plan["status"],
        "milestone_name": row["milestone_name"],
        "due_date": row["due_date"],
        "completed_on": row["completed_on"],
        "status": _status(row, as_of),
    }


def _status(one: Row, as_of: date) -> str:
    if one["completed_on"] is not None:
        return "reached"
    return "overdue" if _is_past(one["due_date"], as_of) else "to come"


def _is_due(one: Row, as_of: date) -> bool:
    return one["due_date"] is not None and one["due_date"] <= as_of


def _is_past(day: date | None, as_of: date) -> bool:
    return day is not None and day < as_of


def _way_gone(row: Row) -> Fraction | None:
    """Return how far the metric is on its way, of which it may rise or fall."""
    values = [row["baseline_value"], row["target_value"], row["current_value"]]
    if None in values:
        return None
    baseline, target, current = map(Fraction, values)
    if target == baseline:
        return None
    gone = (current - baseline) / (target - baseline)
    gone = min(max(gone, Fraction(-_AT_MOST)), Fraction(_AT_MOST))
    return rounded_away(gone, 6)
