"""Who had which account, and how it stood at each month's close.

Readings of DECISIONS C1, C5 and H1:

- The months are those of the ledger, from its first to that of the as-of date. A month
  closes on its last day, or on the as-of date; nothing later is known.
- A band is the one of the last score of the seven days that end at the close, which is
  every score there is of a customer's week; who has none in them is unscored.
- A subscription is in force on a day if it has ARR on it. Its earlier terms were as
  long as the one shown, in whole months to the nearest, in days below half a month, and
  of twelve months where that has no length (E1). On the day on which one ends
  the next one runs; the last that is shown counts to its end, or while its grace runs.
- An account is worked for from its first ARR on, on the working days of the month, by
  whoever owns it that day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, cached_property

from oracle.arithmetic import (
    add_months,
    first_day,
    last_day,
    month_number,
    next_term_start,
)
from oracle.health import Row

UNASSIGNED = "unassigned"
_DAY = timedelta(days=1)
_LAST_WEEK = [timedelta(days=days) for days in range(7)]
ONBOARDING_DAYS = 90
RENEWAL_DAYS = 120


@dataclass(frozen=True)
class Standing:
    """An account with ARR at a month's close.

    `owner` is that day's and `days` are the working days of the month that each owner
    had it; both know `unassigned`.
    """

    account_id: str
    month: date
    arr: Decimal
    tier: str
    band: str
    stage: str
    owner: str
    days: Mapping[str, int]


@dataclass(frozen=True)
class Rows:
    """Rows of a built database by account, and the day as of which it was built.

    `monthly` are account_id, month, closing_arr and closing_touch_tier of the ledger,
    `owners` core.account_owners, `lines` revenue.arr_lines, `scores` taken_on and band,
    `terms` current_term_start and current_term_end by subscription.
    """

    monthly: Mapping[str, Sequence[Row]]
    owners: Mapping[str, Sequence[Row]]
    lines: Mapping[str, Sequence[Row]]
    scores: Mapping[str, Sequence[Row]]
    terms: Mapping[str, Row]
    as_of: date

    @cached_property
    def months(self) -> list[date]:
        """The first days of the ledger's months."""
        recorded = [row["month"] for rows in self.monthly.values() for row in rows]
        if not recorded:
            return []
        numbers = range(month_number(min(recorded)), month_number(self.as_of) + 1)
        return [first_day(number) for number in numbers]

    @cached_property
    def _closings(self) -> dict[date, date]:
        return {
            month: min(last_day(month_number(month)), self.as_of)
            for month in self.months
        }

    def closes_on(self, month: date) -> date:
        """Return the last day of a month that is known."""
        return self._closings[month]

    def is_partial(self, month: date) -> bool:
        """Whether a month is not over on the as-of date."""
        return self.as_of < last_day(month_number(month))

    def owner_on(self, account_id: str, day: date) -> str:
        """Return who owns an account on a day."""
        for period in self.owners.get(account_id, ()):
            if period["valid_from"] <= day < (period["valid_to"] or date.max):
                return period["csm_id"]
        return UNASSIGNED


def working_days(start: date, until: date) -> int:
    """Count Mondays to Fridays in [start, until)."""
    return max(_weekdays_before(until) - _weekdays_before(start), 0)


@cache
def _weekdays_before(day: date) -> int:
    """Count Mondays to Fridays of all time before a day; 0001-01-01 is a Monday."""
    weeks, rest = divmod(day.toordinal() - 1, 7)
    return 5 * weeks + min(rest, 5)


def standings(rows: Rows) -> Iterator[Standing]:
    """Yield how every account with ARR stood at every month's close."""
    for account_id, monthly in rows.monthly.items():
        lines = [line for line in rows.lines[account_id] if line["arr"] > 0]
        first_arr_on = min(line["valid_from"] for line in lines)
        bands = {
            score["taken_on"]: score["band"]
            for score in rows.scores.get(account_id, ())
        }
        for row in monthly:
            if row["closing_arr"] == 0:
                continue
            day = rows.closes_on(row["month"])
            yield Standing(
                account_id,
                row["month"],
                row["closing_arr"],
                row["closing_touch_tier"],
                band_on(bands, day),
                stage_on(day, first_arr_on, _term_end(lines, rows.terms, day)),
                rows.owner_on(account_id, day),
                _days_by_owner(
                    rows.owners.get(account_id, ()),
                    max(first_arr_on, row["month"]),
                    day + _DAY,
                ),
            )


def band_on(bands: Mapping[date, str], day: date) -> str:
    """Return the band of the last score of the week up to a day."""
    for before in _LAST_WEEK if bands else ():
        band = bands.get(day - before)
        if band is not None:
            return band
    return "unscored"


def stage_on(day: date, first_arr_on: date, term_end: date | None) -> str:
    """Return the lifecycle stage of an account with ARR."""
    if term_end is not None and (term_end - day).days <= RENEWAL_DAYS:
        return "renewal"
    if (day - first_arr_on).days <= ONBOARDING_DAYS:
        return "onboarding"
    return "adoption" if day < _anniversary(first_arr_on) else "growth"


@cache
def _anniversary(day: date) -> date:
    """Return the day a year on."""
    return add_months(day, 12)


def _term_end(lines: Sequence[Row], terms: Mapping[str, Row], day: date) -> date | None:
    """Return the nearest end of a term in force on a day."""
    in_force = {
        line["subscription_id"]: line["in_grace"]
        for line in lines
        if line["valid_from"] <= day < (line["valid_to"] or date.max)
    }
    ends = (
        _next_end(terms[subscription], day, in_grace)
        for subscription, in_grace in in_force.items()
        if subscription in terms
    )
    return min((end for end in ends if end is not None), default=None)


def _next_end(term: Row, day: date, in_grace: bool) -> date | None:
    """Return when the term ends that a subscription is in on a day."""
    start, end = term["current_term_start"], term["current_term_end"]
    if end is None or (end < day and not in_grace):
        return None
    if start is None or start <= day:
        return end
    return next_term_start(day, start, end)


def _days_by_owner(
    periods: Sequence[Row], start: date, until: date
) -> Mapping[str, int]:
    """Divide the working days of [start, until) among an account's owners."""
    days: dict[str, int] = {}
    for period in periods:
        owned = working_days(
            max(period["valid_from"], start), min(period["valid_to"] or until, until)
        )
        if owned:
            days[period["csm_id"]] = days.get(period["csm_id"], 0) + owned
    unowned = working_days(start, until) - sum(days.values())
    return {**days, UNASSIGNED: unowned} if unowned else days
