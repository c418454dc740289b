"""How an account's start went.

Readings of DECISIONS H10, I8 and of the columns' descriptions:

- A start is the day of the first ARR, and a return is none. Tier and milestones are
  those of that day.
- Usage of a tier is recorded from the Monday of the first week with use of an account
  that was in it on the day up to which that week was reported.
- A kickoff or training counts from 60 days before the start on, use from the start on;
  a plan is agreed when it is no draft, however long ago.
- Activation is a milestone, and the others are reached with it at the latest.
- Late by more than the trigger bears is one that is still open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from oracle.health import Row
from oracle.in_force import Customer
from oracle.touches import is_touch

_DAY = timedelta(days=1)
_BEFORE_THE_START = 60 * _DAY


@dataclass(frozen=True)
class Policy:
    """Rows of the seed onboarding_milestones, and the days that the trigger bears."""

    milestones: Sequence[Row]
    borne_days: int
    as_of: date


@dataclass(frozen=True)
class Start:
    """An account that ever had ARR: its rows as staged, and its weeks with use.

    `activated_on` is the day of first value, None for not yet.
    """

    customer: Customer
    activities: Sequence[Row]
    used_weeks: Sequence[Row]
    plans: Sequence[Row]
    activated_on: date | None

    @property
    def on(self) -> date:
        """Its first day with ARR."""
        return self.customer.started_on

    @property
    def tier(self) -> str | None:
        """Its tier on that day."""
        return self.customer.tier_on(self.on)

    def met_on(self, activity_type: str) -> date | None:
        """Return the first day on which such a meeting was held."""
        days = [
            row["occurred_on"]
            for row in self.activities
            if row["activity_type"] == activity_type and is_touch(row)
        ]
        return min(
            (day for day in days if day >= self.on - _BEFORE_THE_START), default=None
        )

    def used_on(self) -> date | None:
        """Return the day up to which the first week with use was reported."""
        days = [row["last_reported_on"] for row in self.used_weeks]
        return min((day for day in days if day >= self.on), default=None)

    def planned_on(self) -> date | None:
        """Return the first day on which a plan was agreed."""
        return min(
            (plan["created_on"] for plan in self.plans if plan["status"] != "draft"),
            default=None,
        )


def records_from(starts: Iterable[Start]) -> dict[str, date]:
    """Return by tier the Monday from which usage is recorded."""
    found: dict[str, date] = {}
    for start in starts:
        for week in start.used_weeks:
            tier = start.customer.tier_on(week["last_reported_on"])
            if tier is not None:
                found[tier] = min(week["week"], found.get(tier, week["week"]))
    return found


def onboarding(
    start: Start, recorded_from: Mapping[str, date], policy: Policy
) -> dict[str, Any]:
    """Return an account's row of `onboarding`."""
    began = recorded_from.get(start.tier or "", date.max)
    is_judged = start.on >= began
    activated_on = start.activated_on if is_judged else None
    milestones = _milestones(start, policy) if is_judged else []
    to_reach = [one for one in milestones if one["done_on"] is None]
    late = [one for one in to_reach if one["due_on"] < policy.as_of]
    stalled = [one for one in late if _days_late(one, policy) > policy.borne_days]
    reason = None
    if stalled and start.customer.tier_on(policy.as_of) is not None:
        worst = min(stalled, key=lambda one: (one["due_on"], one["milestone_order"]))
        reason = f"{worst['milestone']}: {_days_late(worst, policy)} days late"
    return {
        "started_on": start.on,
        "touch_tier": start.tier,
        "is_before_records": not is_judged,
        "kickoff_on": start.met_on("kickoff"),
        "first_use_on": start.used_on() if is_judged else None,
        "activated_on": activated_on,
        "time_to_first_value_days": activated_on and (activated_on - start.on).days,
        "milestones_total": len(milestones),
        "milestones_done": len(milestones) - len(to_reach),
        "milestones_due": sum(one["due_on"] <= policy.as_of for one in milestones),
        "milestones_overdue": len(late),
        "is_stalled": reason is not None,
        "stalled_reason": reason,
    }


def _days_late(one: Row, policy: Policy) -> int:
    return (policy.as_of - one["due_on"]).days


def _milestones(start: Start, policy: Policy) -> list[dict[str, Any]]:
    """Return the milestones of its tier, when each is due and was reached."""
    reached = {
        "kickoff held": start.met_on("kickoff"),
        "first use": start.used_on(),
        "first training held": start.met_on("training"),
        "success plan agreed": start.planned_on(),
        "activated": None,
    }
    return [
        {
            "milestone": row["milestone"],
            "milestone_order": row["milestone_order"],
            "due_on": start.on + row["due_day"] * _DAY,
            "done_on": _first(reached[row["milestone"]], start.activated_on),
        }
        for row in policy.milestones
        if row["touch_tier"] == start.tier
    ]


def _first(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
