"""On which days what calls for somebody holds, one account at a time, day by day.

Readings of DECISIONS I1, I2, I5, I7, I8 and I9:

- A day counts from its own start on: what ends on a day does not hold that day. What
  begins and ends on one day holds for a moment, and calls for somebody.
- A reading of use holds from the Sunday of its week to the next, and so does a score's
  band: who left is unscored, also after a return; a week that still runs opens nothing.
- A contact that nobody dated has always been known; that there is no executive is known
  from the day on which anybody is.
- Only days on which the account has ARR above the trigger's count, in a tier that has a
  deadline for it. Days that follow each other are one run.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from oracle.health import Row

# [from, until); None is open.
Period = tuple[date, date | None]
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Account:
    """One account's rows, as staged or built by the models that its name says.

    `weeks` are its weeks of health that are over: taken_on, trend, week_users, seats,
    sessions, user_days, usage_known_on and the driver's stale_after_days; `bands` its
    scores': taken_on and band. `cadences` are rows of the policy by tier and band,
    `touches_from` is the company's first touch.
    """

    states: Sequence[Row]
    weeks: Sequence[Row]
    bands: Sequence[Row]
    tickets: Sequence[Row]
    invoices: Sequence[Row]
    contacts: Sequence[Row]
    terms: Sequence[Row]
    touches: Sequence[Row]
    milestones: Sequence[Row]
    cadences: Mapping[tuple[str, str], Row]
    touches_from: date | None

    def band_on(self, day: date) -> str:
        """Return the band of the latest score, if that is less than a week old."""
        days, bands = self._scores
        number = bisect_right(days, day)
        return bands[number - 1] if number else "unscored"

    def band_starts(self) -> Iterator[tuple[date, str]]:
        """Yield the days on which a band begins, or goes on, and the band."""
        return zip(*self._scores, strict=True)

    @cached_property
    def _scores(self) -> tuple[list[date], list[str]]:
        """The days on which bands begin, in order, and the bands."""
        days: list[date] = []
        bands: list[str] = []
        for score in sorted(self.bands, key=lambda score: score["taken_on"]):
            if days and score["taken_on"] > days[-1] + 7 * _DAY:
                days.append(days[-1] + 7 * _DAY)
                bands.append("unscored")
            days.append(score["taken_on"])
            bands.append(score["band"])
        # The last one's week; the as-of date is in it as long as it is a customer.
        if days:
            days.append(days[-1] + 7 * _DAY)
            bands.append("unscored")
        return days, bands

    def arr_starts(self) -> Iterator[date]:
        """Yield the days from which it had ARR after having had none."""
        had_arr = False
        for state in sorted(self.states, key=lambda state: state["valid_from"]):
            if state["arr"] > 0 and not had_arr:
                yield state["valid_from"]
            had_arr = state["arr"] > 0

    def tier_on(self, day: date) -> str | None:
        """Return the tier in which it has ARR that day."""
        for state in self.states:
            if state["valid_from"] <= day < (state["valid_to"] or date.max):
                return state["touch_tier"] if state["arr"] > 0 else None
        return None


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
    for day, band in account.band_starts():
        if not changes or changes[-1][1] != band:
            before.append(changes[-1][1] if changes else "")
            changes.append((day, band))
    for number, (start, band) in enumerate(changes):
        later = changes[number + 1 :]
        if band == "red" and before[number] in ("green", "yellow"):
            yield start, later[0][0] if later else None


def _readings(account: Account) -> Iterator[tuple[Row, Period]]:
    for week in account.weeks:
        yield week, (week["taken_on"], week["taken_on"] + 7 * _DAY)


def _usage_declines(account: Account, policy: Row, as_of: date) -> Iterator[Period]:
    for week, period in _readings(account):
        if week["trend"] is None or week["trend"] > -policy["threshold"]:
            continue
        silent_days = (week["taken_on"] - week["usage_known_on"]).days
        if week["stale_after_days"] is None or silent_days <= week["stale_after_days"]:
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
        seconds = round(policy["threshold"] * 3600)
        deadline = ticket["created_at"] + timedelta(seconds=seconds)
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
            unpaid = [(invoice["due_on"], paid_on)]
            yield from _after(unpaid, int(policy["threshold"]) + 1)


def _absences(account: Account, persona: str) -> Iterator[Period]:
    """Yield the times after somebody of a persona left, until somebody is there."""
    present = [
        (_known_on(one), one["left_on"])
        for one in account.contacts
        if one["persona"] == persona
        and (one["left_on"] is None or one["left_on"] > _known_on(one))
    ]
    for left_on in {until for _, until in present if until is not None}:
        covered = any(
            start <= left_on and (until is None or until > left_on)
            for start, until in present
        )
        if not covered:
            later = [start for start, _ in present if start > left_on]
            yield left_on, min(later, default=None)


def _known_on(contact: Row) -> date:
    return contact["created_on"] or date.min


def _champion_left(account: Account, policy: Row, as_of: date) -> Iterator[Period]:
    return _missed(account, _absences(account, "champion"), policy)


def _no_executive(account: Account, policy: Row, as_of: date) -> Iterator[Period]:
    if not account.contacts:
        return
    executives = [
        _known_on(one)
        for one in account.contacts
        if one["persona"] == "executive_sponsor"
    ]
    known_from = min(map(_known_on, account.contacts))
    so_far = (known_from, min(executives, default=None))
    absences = [*_absences(account, "executive_sponsor"), so_far]
    yield from _missed(account, absences, policy)


def _missed(
    account: Account, absences: Iterable[Period], policy: Row
) -> Iterator[Period]:
    """Yield absences that last too long, from each return of the account anew."""
    starts = [*account.arr_starts(), date.max]
    for absent_from, until in absences:
        for start, next_start in pairwise(starts):
            waited = max(absent_from, start), min(until or date.max, next_start)
            yield from _after([waited], int(policy["threshold"]))


def _after(periods: Iterable[Period], days: int) -> Iterator[Period]:
    """Yield what is left of periods after so many days."""
    for start, until in periods:
        begins = start + days * _DAY
        if until is None or until > begins:
            yield begins, until


def _terms(account: Account, policy: Row) -> Iterator[Period]:
    """Yield the times before the ends of terms, until these are settled."""
    for term in account.terms:
        start = term["term_end_date"] - int(policy["threshold"]) * _DAY
        yield max(start, term["life_from"]), term["settled_on"]


def _renewal_due(account: Account, policy: Row, as_of: date) -> Iterator[Period]:
    return _after(_terms(account, policy), 0)


def _term_ends_at_risk(account: Account, policy: Row, as_of: date) -> Iterator[Period]:
    """Yield the days of those times on which the account is red."""
    for start, until in _terms(account, policy):
        day = start
        while day < (until or date.max) and day <= as_of:
            if account.band_on(day) == "red":
                yield day, day + _DAY
            day += _DAY


def _notice_near(account: Account, policy: Row, as_of: date) -> Iterator[Period]:
    """Yield the times in which notice can soon be given no more, and nobody has."""
    for term in account.terms:
        if not term["renews_by_itself"]:
            continue
        start = term["notice_date"] - int(policy["threshold"]) * _DAY
        ends = [term["notice_date"] + _DAY, term["settled_on"]]
        ends.append(term["cancel_requested_on"])
        until = min(end for end in ends if end is not None)
        yield from _after([(max(start, term["life_from"]), until)], 0)


def _onboarding_stalled(account: Account, policy: Row, as_of: date) -> Iterator[Period]:
    late = [(one["due_on"], one["done_on"]) for one in account.milestones]
    return _after(late, int(policy["threshold"]) + 1)


def _not_met(
    account: Account, policy: Row, as_of: date, wanted: str, met: Iterable[date]
) -> Iterator[Period]:
    """Yield the days on which a meeting is longer ago than tier and band bear."""
    if account.touches_from is None:
        return
    starts = {max(start, account.touches_from) for start in account.arr_starts()}
    days = sorted({*met, *starts})
    for number, day in enumerate(days):
        next_day = [*days, as_of + _DAY][number + 1]
        overdue = day
        while overdue < next_day:
            segment = (account.tier_on(overdue) or "", account.band_on(overdue))
            cadence = account.cadences.get(segment)
            allowed = cadence[wanted] if cadence else None
            if allowed is not None:
                late = (overdue - day).days - allowed
                if late > policy["threshold"]:
                    yield overdue, overdue + _DAY
            overdue += _DAY


def _touchpoint_overdue(account: Account, policy: Row, as_of: date) -> Iterator[Period]:
    met = [touch["touched_on"] for touch in account.touches]
    return _not_met(account, policy, as_of, "touchpoint_days", met)


def _qbr_overdue(account: Account, policy: Row, as_of: date) -> Iterator[Period]:
    met = [touch["touched_on"] for touch in account.touches if touch["is_review"]]
    return _not_met(account, policy, as_of, "qbr_days", met)


_PERIODS = {
    "health_turned_red": _turned_red,
    "usage_declines": _usage_declines,
    "usage_near_limit": _usage_near_limit,
    "critical_ticket_open": _critical_ticket,
    "payment_overdue": _payment_overdue,
    "champion_left": _champion_left,
    "no_executive": _no_executive,
    "renewal_due": _renewal_due,
    "term_ends_at_risk": _term_ends_at_risk,
    "notice_near": _notice_near,
    "onboarding_stalled": _onboarding_stalled,
    "touchpoint_overdue": _touchpoint_overdue,
    "qbr_overdue": _qbr_overdue,
}
TRIGGERS = tuple(_PERIODS)
