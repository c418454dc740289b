"""What a business review of a customer opens with.

Readings of DECISIONS N20 to N23, H14 and I3, and of the columns' descriptions:

- The quarter is thirteen whole weeks; the last one is over on its Sunday. A year before
  are the weeks 52 weeks ago.
- Twelve months run from the day after the same day of last year; three months to the
  same day, that day included.
- A review speaks of the plans that are under way, and of those that ended or reached
  something from the quarter's first day on; of drafts it does not. What a plan that is
  over did not reach is late no more.
- Weeks in which nobody counted users say nothing about users a day.
- A review that should have been by now is due; before that it is the next one. The last
  day for notice is no date that a customer has before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from oracle.arithmetic import (
    add_months,
    first_day,
    monday_of,
    month_number,
    ratio,
    rounded_away,
)
from oracle.health import Row

_DAY = timedelta(days=1)
_QUARTER = timedelta(weeks=13)
_YEAR = timedelta(weeks=52)
_MILESTONE = (
    "milestone_id", "success_plan_id", "objective", "milestone_name", "due_date",
    "completed_on",
)  # fmt: skip
PERSONAS = ("champion", "executive_sponsor", "admin", "end_user")
_HOUR = 3600


@dataclass(frozen=True)
class Customer:
    """A row of `core.accounts` with ARR, and what else is known of the account."""

    account: Row
    touchpoint: Row
    signal: Row | None
    contacts: Sequence[Row]
    tickets: Sequence[Row]
    weeks: Sequence[Row]
    plans: Sequence[Row]
    milestones: Sequence[Row]
    renewals: Sequence[Row]


def contacts(customer: Customer, as_of: date) -> Iterator[dict[str, Any]]:
    """Yield a customer's rows of `account_contacts`."""
    since = add_months(as_of, -12)
    for rank, persona in enumerate(PERSONAS, 1):
        people = [row for row in customer.contacts if row["persona"] == persona]
        left = [row["left_on"] for row in people if row["left_on"] is not None]
        joined = [row["created_on"] for row in people if row["created_on"] is not None]
        if customer.contacts:
            yield {
                "account_id": customer.account["account_id"],
                "persona": persona,
                "persona_rank": rank,
                "contacts": len(people) - len(left),
                "joined_12_months": sum(day > since for day in joined),
                "left_12_months": sum(day > since for day in left),
                "last_left_on": max(left, default=None),
            }


def dates(customer: Customer, as_of: date) -> Iterator[dict[str, Any]]:
    """Yield a customer's rows of `account_dates`."""
    until = add_months(as_of, 3)
    for kind, source_id, due_on, what, objective in _dates(customer, as_of):
        if due_on is not None and due_on <= until:
            yield {
                "account_id": customer.account["account_id"],
                "kind": kind,
                "source_id": source_id,
                "due_on": due_on,
                "what": what,
                "objective": objective,
                "is_overdue": due_on < as_of,
            }


def _dates(customer: Customer, as_of: date) -> Iterator[tuple[Any, ...]]:
    for row in customer.milestones:
        if row["plan_status"] == "active" and row["status"] != "reached":
            days = (row["due_date"], row["milestone_name"], row["objective"])
            yield "milestone", row["milestone_id"], *days
    for row in customer.plans:
        if row["status"] == "active" and row["completed_on"] is None:
            days = (row["target_date"], "The plan is to be achieved", row["objective"])
            yield "plan target", row["success_plan_id"], *days
    review_on = customer.touchpoint["qbr_due_on"]
    is_late = review_on is not None and review_on < as_of
    what = "A business review is due" if is_late else "The next business review"
    yield "business review", customer.account["account_id"], review_on, what, None
    for row in customer.renewals:
        if row["is_open"]:
            end = row["contracted_end_date"]
            what = "The term ended" if end < as_of else "The term ends"
            yield "renewal", row["subscription_id"], end, what, None


def months(customer: Customer, as_of: date) -> Iterator[dict[str, Any]]:
    """Yield a customer's rows of `support_months`."""
    this = month_number(as_of)
    opened = [(month_number(row["created_on"]), row) for row in customer.tickets]
    solved = [
        month_number(row["solved_on"])
        for row in customer.tickets
        if row["solved_on"] is not None
    ]
    if max([month for month, _ in opened] + solved, default=0) < this - 12:
        return
    for month in range(this - 12, this + 1):
        tickets = [row for opened_in, row in opened if opened_in == month]
        escalated = sum(row["is_escalated"] for row in tickets)
        yield {
            "account_id": customer.account["account_id"],
            "month": first_day(month),
            "ordinary": len(tickets) - escalated,
            "escalated": escalated,
            "opened": len(tickets),
            "solved": solved.count(month),
        }


def review(customer: Customer, as_of: date, pack_days: int) -> dict[str, Any]:
    """Return a customer's row of `account_reviews`."""
    ends_on = monday_of(as_of + _DAY)
    begins_on = ends_on - _QUARTER
    quarters = (begins_on, ends_on), (begins_on - _QUARTER, begins_on)
    year_before = begins_on - _YEAR, ends_on - _YEAR
    account, touchpoint, signal = customer.account, customer.touchpoint, customer.signal
    due_on = touchpoint["qbr_due_on"]
    gap = signal and signal["adoption_gap"]
    plans = [row for row in customer.plans if row["status"] == "active"]
    spoken_of = [row["status"] for row in milestones(customer, as_of)]
    return {
        "account_id": account["account_id"],
        "account_name": account["account_name"] or account["account_id"],
        "csm_name": account["csm_name"],
        "customer_since": account["first_arr_on"],
        "arr": account["arr"],
        "term_end_date": account["term_end_date"],
        "days_to_renewal": account["days_to_renewal"],
        "last_qbr_on": touchpoint["last_qbr_on"],
        "qbr_due_on": due_on,
        "qbr_overdue_days": touchpoint["qbr_overdue_days"],
        "is_pack_due": due_on is not None and due_on - as_of <= pack_days * _DAY,
        "reviewed_from": begins_on,
        "reviewed_to": ends_on - _DAY,
        "seats": signal and signal["seats"],
        "seat_utilisation": signal and signal["seat_utilisation"],
        "features_in_use": None if gap is None else 1 - gap,
        "active_plans": len(plans),
        "milestones_total": len(spoken_of),
        "milestones_done": spoken_of.count("reached"),
        "milestones_overdue": spoken_of.count("overdue"),
        **_use(customer.weeks, *quarters, year_before),
        **_support(customer.tickets, *quarters),
    }


def milestones(customer: Customer, as_of: date) -> Iterator[dict[str, Any]]:
    """Yield a customer's rows of `review_milestones`."""
    begins_on = monday_of(as_of + _DAY) - _QUARTER
    for plan in customer.plans:
        of_plan = [
            row
            for row in customer.milestones
            if row["success_plan_id"] == plan["success_plan_id"]
        ]
        days = [plan["completed_on"], *(row["completed_on"] for row in of_plan)]
        is_recent = any(day is not None and day >= begins_on for day in days)
        is_active = plan["status"] == "active"
        if plan["status"] in (None, "draft") or not (is_active or is_recent):
            continue
        for row in of_plan:
            is_lost = row["status"] != "reached" and not is_active
            yield {
                **{name: row[name] for name in _MILESTONE},
                "account_id": customer.account["account_id"],
                "plan_status": plan["status"],
                "status": "not reached" if is_lost else row["status"],
            }


Quarter = tuple[date, date]


def _use(
    weeks: Sequence[Row], now: Quarter, before: Quarter, year_before: Quarter
) -> dict[str, Any]:
    users, sessions = [], []
    for begins_on, ends_on in (now, before, year_before):
        held = [row for row in weeks if begins_on <= row["week"] < ends_on]
        counted = [row for row in held if row["active_user_days"] is not None]
        days = sum(row["active_days"] for row in counted)
        user_days = sum(row["active_user_days"] for row in counted)
        users.append(Fraction(user_days, days) if days else None)
        sent = [row["sessions"] for row in held if row["sessions"] is not None]
        sessions.append(sum(sent) if sent else None)
    shown = [None if level is None else ratio(level, 1) for level in users]
    changes = [
        rounded_away((users[0] - then) / then, 6)
        if users[0] is not None and then
        else None
        for then in users[1:]
    ]
    return {
        "active_users": shown[0],
        "active_users_before": shown[1],
        "active_users_change": changes[0],
        "active_users_year_before": shown[2],
        "active_users_change_on_year": changes[1],
        "sessions": sessions[0],
        "sessions_before": sessions[1],
    }


def _support(tickets: Sequence[Row], now: Quarter, before: Quarter) -> dict[str, Any]:
    opened = [row for row in tickets if _within(row["created_on"], now)]
    solved = [row for row in tickets if _within(row["solved_on"], now)]
    rated = [row["satisfaction_score"] for row in solved]
    ratings = [rating for rating in rated if rating is not None]
    return {
        "tickets_opened": len(opened),
        "tickets_opened_before": sum(
            _within(row["created_on"], before) for row in tickets
        ),
        "tickets_escalated": sum(row["is_escalated"] for row in opened),
        "tickets_solved": len(solved),
        "tickets_open": sum(row["solved_on"] is None for row in tickets),
        "first_answer_hours": _mean_hours(opened, "first_responded_at"),
        "resolution_hours": _mean_hours(solved, "solved_at"),
        "resolution_days": _mean_hours(solved, "solved_at", 24),
        "satisfaction": ratio(sum(ratings), len(ratings)),
    }


def _within(day: date | None, quarter: Quarter) -> bool:
    return day is not None and quarter[0] <= day < quarter[1]


def _mean_hours(tickets: Sequence[Row], until: str, hours: int = 1) -> Fraction | None:
    """Return the mean time to a moment, in units of so many hours.

    A moment before the opening is none.
    """
    waits = [
        _seconds(row["created_at"], row[until])
        for row in tickets
        if row[until] is not None and row[until] >= row["created_at"]
    ]
    return ratio(sum(waits), len(waits) * hours * _HOUR)


def _seconds(begins_at: datetime, ends_at: datetime) -> int:
    """Return whole seconds from one moment to another, as the warehouse counts them."""
    waited = ends_at.replace(microsecond=0) - begins_at.replace(microsecond=0)
    return waited // timedelta(seconds=1)
