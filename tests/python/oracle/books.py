"""Which account counts for what in which CSM's book of a quarter (DECISIONS A9).

Readings:

- A quarter that still runs closes on the as-of date; the owner is that of the day
  before its close. Where nobody is, and the account has left, it is that of its last
  day with ARR, if that is in the quarter.
- "Held for a month": the same CSM, without a break, since the same day of the month
  before, or since that month's last day if it is shorter. Asked ahead of "taken over
  unmanaged", which is: held since a day of the quarter, and nobody's the day before.
  Who takes it over from a colleague takes over what was managed, however shortly.
- Under notice is what is in force at the close of subscriptions whose cancellation was
  requested by then, valued as the month is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from oracle.arithmetic import (
    add_months,
    first_day,
    last_day,
    month_number,
    round_half_up,
)
from oracle.raw import Known

Row = Mapping[str, Any]
_DAY = timedelta(days=1)


def csm_retention_rows(
    known: Known,
    arr_months: Iterable[Row],
    arr_lines: Iterable[Row],
) -> list[dict[str, object]]:
    """Return the mart `csm_retention`, money in cents.

    `arr_months` and `arr_lines` are those marts' rows, in cents too.
    """
    closings = {
        (str(row["account_id"]), month_number(row["month"])): row["closing_arr"]
        for row in arr_months
        if row["closing_arr"]
    }
    under_notice: dict[str, list[Row]] = defaultdict(list)
    last_days: dict[str, list[date]] = defaultdict(list)
    for line in arr_lines:
        if line["arr"] and line["valid_to"] is not None:
            last_days[line["account_id"]].append(line["valid_to"] - _DAY)
        if known.subscriptions[line["subscription_id"]].cancel_requested:
            under_notice[line["account_id"]].append(line)
    found = []
    for account_id, month in closings:
        if month % 3 != 2 or first_day(month + 1) > known.as_of:
            continue
        closes_on = min(last_day(month + 3), known.as_of)
        quarter = first_day(month + 1)
        closing = closings.get((account_id, month_number(closes_on)), 0)
        day = closes_on - _DAY
        if known.owner_on(account_id, day.toordinal()) is None and not closing:
            day = max(last for last in last_days[account_id] if last < closes_on)
        owner = known.owner_on(account_id, day.toordinal())
        if owner is None or day < quarter - _DAY:
            continue
        notice = _notice(known, under_notice[account_id], closes_on)
        found.append(
            {
                "csm_id": owner[1],
                "quarter": quarter,
                "account_id": account_id,
                "opening_arr": closings[account_id, month],
                "closing_arr": closing,
                "notice_arr": notice,
                "counted_arr": closing - notice,
                "excluded_because": _exclusion(known, account_id, quarter, day),
                "is_partial": closes_on < last_day(month + 3),
            }
        )
    return found


def _notice(known: Known, lines: Iterable[Row], closes_on: date) -> int:
    """Return the ARR of lines in force whose end had been asked for by then."""
    return sum(
        _value(known, line, closes_on)
        for line in lines
        if line["valid_from"] <= closes_on
        and (line["valid_to"] is None or line["valid_to"] > closes_on)
        and (asked_on := known.subscriptions[line["subscription_id"]].cancel_requested)
        and asked_on <= closes_on.toordinal()
    )


def _value(known: Known, line: Row, closes_on: date) -> int:
    if known.policies.currency_policy == "constant":
        return int(line["arr"])
    rate = known.rate(line["currency"], closes_on.toordinal())
    return round_half_up(line["arr_local"] * rate)


def _exclusion(known: Known, account_id: str, quarter: date, day: date) -> str | None:
    held_since = _held_since(known, account_id, day)
    if add_months(held_since, 1) > day:
        return "held less than a month"
    day_before = (held_since - _DAY).toordinal()
    was_unmanaged = known.owner_on(account_id, day_before) is None
    return "taken over unmanaged" if was_unmanaged and held_since >= quarter else None


def _held_since(known: Known, account_id: str, day: date) -> date:
    """Return since when an account's owner of a day has owned it without a break."""
    number = day.toordinal()
    csm_id = known.csm_on(account_id, number)
    while (owner := known.owner_on(account_id, number)) and owner[1] == csm_id:
        number = owner[0] - 1
    return date.fromordinal(number + 1)
