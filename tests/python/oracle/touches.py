"""When a person last met an account, when it is to be met next, and what was sent it.

Readings of DECISIONS I7 and of the columns' descriptions:

- A touch is what was held: not what was missed, called off or bounced. What says
  nothing of how it went was held.
- A touch on the as-of date counts, one 92 days before it no more. What automation sent
  counts from the day after the same day of last year on.
- Due on a day is not overdue that day.
- Who was met before it had the ARR that it has had without a break since has waited for
  as long as it has had that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from oracle.arithmetic import add_months, ratio
from oracle.health import Row
from oracle.in_force import Customer

_DAY = timedelta(days=1)
_QUARTER = timedelta(days=92)
_AUTOMATED = ("automated_email", "in_app_message")
_REVIEWS = ("qbr", "ebr")


def was_held(activity: Row) -> bool:
    """Tell whether an activity took place."""
    return activity["status"] not in ("no_show", "cancelled", "bounced")


def is_touch(activity: Row) -> bool:
    """Tell whether a person of ours met the customer."""
    return activity["activity_type"] not in (*_AUTOMATED, "internal") and (
        was_held(activity)
    )


def touchpoints(
    customer: Customer,
    activities: Sequence[Row],
    cadences: Mapping[tuple[str | None, str], Row],
    band: str,
    touches_from: date | None,
    as_of: date,
) -> dict[str, Any]:
    """Return an account's row of `touchpoints`.

    `cadences` are rows of the policy by tier and band, `touches_from` is the first day
    on which the company met anybody.
    """
    met = [row for row in activities if is_touch(row)]
    reviews = [row for row in met if row["activity_type"] in _REVIEWS]
    tier = customer.tier_on(as_of)
    cadence = cadences.get((tier, band), {"touchpoint_days": None, "qbr_days": None})
    last_touch_on = _last(met)
    last_qbr_on = _last(reviews)
    since = customer.arr_since(as_of)

    def counts_from(last: date | None) -> date | None:
        known_from = last or touches_from
        return None if known_from is None or since is None else max(known_from, since)

    due_on = _due(counts_from(last_touch_on), cadence["touchpoint_days"])
    qbr_due_on = _due(counts_from(last_qbr_on), cadence["qbr_days"])
    return {
        "touch_tier": tier,
        "health_band": band,
        "last_touch_on": last_touch_on,
        "touchpoint_days": cadence["touchpoint_days"],
        "due_on": due_on,
        "overdue_days": _days_past(due_on, as_of),
        "last_qbr_on": last_qbr_on,
        "qbr_days": cadence["qbr_days"],
        "qbr_due_on": qbr_due_on,
        "qbr_overdue_days": _days_past(qbr_due_on, as_of),
        "human_touches_92_days": sum(
            as_of - row["occurred_on"] < _QUARTER for row in met
        ),
        **_sent(activities, as_of),
    }


def _last(activities: Sequence[Row]) -> date | None:
    return max((row["occurred_on"] for row in activities), default=None)


def _due(counts_from: date | None, days: int | None) -> date | None:
    if counts_from is None or days is None:
        return None
    return counts_from + days * _DAY


def _days_past(due_on: date | None, as_of: date) -> int | None:
    return None if due_on is None else max((as_of - due_on).days, 0)


def _sent(activities: Sequence[Row], as_of: date) -> dict[str, Any]:
    """Return what became of a year's automated messages."""
    statuses = [
        row["status"]
        for row in activities
        if row["activity_type"] in _AUTOMATED
        and row["occurred_on"] > add_months(as_of, -12)
    ]
    delivered, bounced = statuses.count("delivered"), statuses.count("bounced")
    return {
        "automated_delivered": delivered,
        "automated_bounced": bounced,
        "delivery_rate": ratio(delivered, delivered + bounced),
    }
