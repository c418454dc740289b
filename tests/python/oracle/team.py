"""Who works in customer success, for how long, at what, and what is asked of them.

Readings of DECISIONS C6, and of the columns' descriptions: minutes that were logged are
summed for a CSM, month and category, and then become hours; what was called off, missed
or returned took none. The purpose alone decides the category.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from oracle.arithmetic import rounded
from oracle.health import Row
from oracle.touches import was_held

TIERS = ("high", "mid", "low", "tech")
CATEGORIES = (
    "rescue",
    "enablement",
    "expansion",
    "onboarding",
    "qbr",
    "renewal",
    "other",
)


@dataclass(frozen=True)
class Policy:
    """What a manager decides; the switches are those of dbt_project.yml.

    `tiers` are rows of the seed touch_tiers by tier, `hours` those of expected_hours.
    """

    tiers: Mapping[str, Row]
    hours: Sequence[Row]
    full_time: Fraction = Fraction(40)
    share_from: Fraction = Fraction(50, 100)
    share_to: Fraction = Fraction(60, 100)
    logged_share_needed: Fraction = Fraction(50, 100)
    csm_cost: Fraction = Fraction(120_000)
    gross_margin: Fraction = Fraction(80, 100)
    lifetime_cap: Fraction = Fraction(5)


@dataclass(frozen=True)
class Csm:
    """A CSM of the CRM's list, or who owns anything where there is no list."""

    csm_id: str
    csm_name: str | None
    team: str | None
    touch_model: str | None
    weekly_hours: Fraction
    started_on: date
    ended_on: date

    def works_on(self, day: date) -> bool:
        """Whether the CSM is employed that day."""
        return self.started_on <= day < self.ended_on

    @property
    def own_team(self) -> tuple[str, str]:
        """The team; who has none is one."""
        return ("csm", self.csm_id) if self.team is None else ("team", self.team)


def known_csms(
    csms: Sequence[Row], owners: Mapping[str, Sequence[Row]], policy: Policy
) -> dict[str, Csm]:
    """Return every CSM by id, out of rows of core.csms and core.account_owners."""
    listed = csms or [
        {"csm_id": csm_id}
        for csm_id in {row["csm_id"] for rows in owners.values() for row in rows}
    ]
    return {
        row["csm_id"]: Csm(
            row["csm_id"],
            row.get("csm_name"),
            row.get("team"),
            row.get("touch_model"),
            policy.full_time
            if row.get("weekly_hours") is None
            else Fraction(row["weekly_hours"]),
            row.get("started_on") or date.min,
            row.get("ended_on") or date.max,
        )
        for row in listed
    }


@dataclass
class Load:
    """What a CSM, or nobody, carried in a month."""

    accounts: int = 0
    arr: Decimal = Decimal(0)


def category_of(activity: Row) -> str:
    """Return the category of work that an activity is."""
    purpose = activity["purpose"]
    return "qbr" if purpose == "internal" else purpose or "other"


def minutes_of(activity: Row) -> Decimal:
    """Return the minutes that an activity took."""
    if not was_held(activity):
        return Decimal(0)
    return activity["duration_minutes"] or Decimal(0)


def hours(activities: Iterable[Row]) -> Fraction:
    """Return the hours that activities took, to four decimals."""
    minutes = sum(minutes_of(activity) for activity in activities)
    return rounded(Fraction(minutes) / 60, 4)


def judged_by(accounts: Fraction, band: Row) -> str:
    """Return where a number of accounts is to a tier's band."""
    if accounts < band["accounts_per_csm_min"]:
        return "under"
    return "over" if accounts > band["accounts_per_csm_max"] else "in"
