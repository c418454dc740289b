"""On which days what calls for somebody holds, one account at a time, day by day.

Readings of DECISIONS I1, I2, I7 and I9:

- A day counts from its own start on: what ends on a day does not hold that day. What
  begins and ends on one day holds for a moment, and calls for somebody.
- A reading of use holds from the Sunday of its week to the next, a score's band until
  the next score; a week that still runs opens nothing.
- Only days on which the account has ARR above the trigger's count, in a tier that has a
  deadline for it. Days that follow each other are one run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

Row = Mapping[str, Any]
# [from, until); None is open.
Period = tuple[date, date | None]
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Account:
    """One account's rows, as staged or built by the models that its name says.

    `weeks` are its weeks of health that are over: taken_on, trend, week_users, seats,
    sessions and user_days; `bands` its scores': taken_on and band.
    """

    states: Sequence[Row]
    weeks: Sequence[Row]
    bands: Sequence[Row]
    tickets: Sequence[Row]
    invoices: Sequence[Row]
    contacts: Sequence[Row]


def runs(
    account: Account,
    triggers: Mapping[str, Row],
    deadlines: set[tuple[str, str]],
    first: date,
    as_of: date,
) -> set[tuple[str, date, date | None]]:
    """Return trigger, first day and end of each run that began after `first`.

    The end is None where the run holds on `as_of`.
    """
    found = set()
    for trigger, periods in _PERIODS.items():
        policy = triggers[trigger]
        days, moments = _days(periods(account, policy, as_of), first, as_of)
        meant = _meant_for(account, trigger, policy, deadlines, first, as_of)
        for start, last in _unbroken(sorted((days | moments) & meant)):
            if start == first:
                continue
            if last == as_of and last in days:
                found.add((trigger, start, None))
            else:
                end = last + _DAY if last in days else last
                found.add((trigger, start, end))
    return found


def _meant_for(
    account: Account,
    trigger: str,
    policy: Row,
    deadlines: set[tuple[str, str]],
    first: date,
    as_of: date,
) -> set[date]:
    """Return the days on which the account is one that a trigger is meant for."""
    periods = [
        (state["valid_from"], state["valid_to"])
        for state in account.states
        if state["arr"] > max(policy["arr_above"], 0)
        and (trigger, state["touch_tier"]) in deadlines
    ]
    return _days(periods, first, as_of)[0]


def _days(
    periods: Iterable[Period], first: date, as_of: date
) -> tuple[set[date], set[date]]:
    """Return the days of periods, and those that are held for a moment only."""
    days, moments = set(), set()
    for start, until in periods:
        if until == start and first <= start <= as_of:
            moments.add(start)
        day, last = max(start, first), as_of if until is None else until - _DAY
        while day <= min(last, as_of):
            days.add(day)
            day += _DAY
    return days, moments - days


def _unbroken(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Yield first and last of days that follow each other."""
    start = None
    for number, day in enumerate(days):
        start = start or day
        if number + 1 == len(days) or days[number + 1] != day + _DAY:
            yield start, day
            start = None


def _turned_red(account: Account, policy: Row, as_of: date) -> Iterator[Period]:
    """Yield how long a band is red after having been better."""
    changes: list[tuple[date, str]] = []
    before: list[str] = []
    for score in sorted(account.bands, key=lambda row: row["taken_on"]):
        if not changes or changes[-1][1] != score["band"]:
            before.append(changes[-1][1] if changes else "")
            changes.append((score["taken_on"], score["band"]))
    for number, (start, band) in enumerate(changes):
        later = changes[number + 1 :]
        if band == "red" and before[number] in ("green", "yellow"):
            yield start, later[0][0] if later else None


def _readings(account: Account) -> Iterator[tuple[Row, Period]]:
    for week in account.weeks:
        yield week, (week["taken_on"], week["taken_on"] + 7 * _DAY)


def _usage_declines(account: Account, policy: Row, as_of: date) -> Iterator[Period]:
    for week, period in _readings(account):
        if week["trend"] is not None and week["trend"] <= -policy["threshold"]:
            yield period


def _usage_near_limit(account: Account, policy: Row, as_of: date) -> Iterator[Period]:
    for week, period in _readings(account):
        if not week["seats"] or week["week_users"] is None or not week["user_days"]:
            continue
        in_use = Fraction(week["week_users"]) / Fraction(week["seats"])
        often = Fraction(week["sessions"] or 0) / week["user_days"]
        if in_use >= policy["threshold"] and often >= policy["engagement_from"]:
            yield period


def _critical_ticket(account: Account, policy: Row, as_of: date) -> Iterator[Period]:
    day_is_over = datetime.combine(as_of + _DAY, datetime.min.time())
    for ticket in account.tickets:
        deadline = ticket["created_at"] + timedelta(hours=int(policy["threshold"]))
        is_late = (ticket["solved_at"] or day_is_over) > deadline
        if ticket["priority"] == "critical" and is_late:
            yield deadline.date(), ticket["solved_on"]


def _payment_overdue(account: Account, policy: Row, as_of: date) -> Iterator[Period]:
    for invoice in account.invoices:
        paid_on = invoice["paid_on"]
        # Paid, nobody knows when: believed.
        is_debt = paid_on is not None or invoice["status"] != "paid"
        if (
            invoice["status"] not in ("void", "draft")
            and is_debt
            and invoice["total_amount"] > 0
            and invoice["due_on"] is not None
        ):
            start = invoice["due_on"] + (int(policy["threshold"]) + 1) * _DAY
            if paid_on is None or paid_on > start:
                yield start, paid_on


def _absences(account: Account, persona: str) -> Iterator[Period]:
    """Yield the times after somebody of a persona left, until somebody is there."""
    there: set[date] = set()
    present = [
        (one["created_on"], one["left_on"])
        for one in account.contacts
        if one["persona"] == persona
        and (one["left_on"] is None or one["left_on"] > one["created_on"])
    ]
    for left_on in {until for _, until in present if until is not None}:
        covered = any(
            start <= left_on and (until is None or until > left_on)
            for start, until in present
        )
        if not covered:
            there.add(left_on)
    for left_on in there:
        later = [start for start, _ in present if start > left_on]
        yield left_on, min(later, default=None)


def _champion_left(account: Account, policy: Row, as_of: date) -> Iterator[Period]:
    return _after(_absences(account, "champion"), int(policy["threshold"]))


def _no_executive(account: Account, policy: Row, as_of: date) -> Iterator[Period]:
    started = [row["valid_from"] for row in account.states if row["arr"] > 0]
    if not started or not account.contacts:
        return
    absences = [
        (max(start, min(started)), until)
        for start, until in _absences(account, "executive_sponsor")
    ]
    executives = [
        one["created_on"]
        for one in account.contacts
        if one["persona"] == "executive_sponsor"
    ]
    absences.append((min(started), min(executives, default=None)))
    yield from _after(absences, int(policy["threshold"]))


def _after(periods: Iterable[Period], days: int) -> Iterator[Period]:
    """Yield what is left of periods after so many days."""
    for start, until in periods:
        begins = start + days * _DAY
        if until is None or until > begins:
            yield begins, until


_PERIODS = {
    "health_turned_red": _turned_red,
    "usage_declines": _usage_declines,
    "usage_near_limit": _usage_near_limit,
    "critical_ticket_open": _critical_ticket,
    "payment_overdue": _payment_overdue,
    "champion_left": _champion_left,
    "no_executive": _no_executive,
}
TRIGGERS = tuple(_PERIODS)
