"""What contracts give a month against what was invoiced in it (DECISIONS A10).

Readings:

- All amounts are in cents of the reporting currency at the reference date's rate. Half
  a cent is rounded away from zero: of an invoice line when it is valued, and of what it
  has earned by a month's end; of a contract line in each month, as ARR is (A3).
- An invoice line bills `[period_start, period_end)`; one that says nothing else bills a
  day, that of its start, or of the invoice's issue where it gives no start.
- What is earned after the last contract and invoice has its month, too: without it,
  what was invoiced ahead would never come back.
- A credit that lowers what a contract change had left too high gives back what its days
  were invoiced above the contracts; whatever else it gives back is its own reason, in
  the month in which it was issued.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from oracle.arithmetic import (
    first_day,
    half_away_from_zero,
    last_day,
    month_number,
)
from oracle.raw import Known, Row

AccountMonth = tuple[str, date]
_DAY = timedelta(days=1)
# Divides by the days of any month.
_WHOLE_MONTH = math.lcm(28, 29, 30, 31)
_NOT_SENT = ("draft", "void")
_SPREAD = ("recurring", "proration", "credit")
# Reasons that are the invoiced amount itself, by the type of their lines.
_OUTSIDE_ARR = ("tax", "one_time", "usage")


@dataclass(frozen=True)
class Invoiced:
    """A line of an invoice that was sent; it bills the days `[start, end)`."""

    account_id: str
    issued_on: date
    kind: str
    start: date
    end: date
    amount: int


def arr_reconciliation_rows(
    known: Known, arr_lines: Iterable[Mapping[str, Any]]
) -> list[dict[str, object]]:
    """Return the mart `arr_reconciliation`; `arr_lines` are that mart's, in cents."""
    invoiced: dict[AccountMonth, Counter[str]] = defaultdict(Counter)
    earned: dict[AccountMonth, Counter[str]] = defaultdict(Counter)
    for line in _sent(known):
        month = line.issued_on.replace(day=1)
        invoiced[line.account_id, month][line.kind] += line.amount
        if line.kind in _SPREAD:
            for month, part in _spread(line, known.as_of):
                earned[line.account_id, month][line.kind] += part
    if not invoiced:
        return []
    contracted = _contracted(arr_lines, known.as_of)
    return [
        {
            "account_id": key[0],
            "month": key[1],
            **_amounts(contracted.get(key, 0), invoiced[key], earned[key]),
        }
        for key in {*contracted, *invoiced, *earned}
    ]


def _amounts(
    contracted: int, invoiced: Counter[str], earned: Counter[str]
) -> dict[str, int]:
    too_much = earned["recurring"] + earned["proration"] - contracted
    given_back = 0
    if (too_much > 0) != (earned["credit"] > 0):
        size = min(abs(too_much), abs(earned["credit"]))
        given_back = -size if too_much > 0 else size
    return {
        "contracted_amount": contracted,
        "invoiced_amount": invoiced.total(),
        "difference": invoiced.total() - contracted,
        **{f"{kind}_amount": invoiced[kind] for kind in _OUTSIDE_ARR},
        "proration_amount": invoiced["proration"] - earned["proration"],
        "timing_amount": invoiced["recurring"] - earned["recurring"],
        "credit_amount": invoiced["credit"] - given_back,
        "unexplained_amount": too_much + given_back,
    }


def _sent(known: Known) -> Iterator[Invoiced]:
    """Yield the lines of invoices that were sent by the as-of date."""
    reference = known.policies.reference_day(known.as_of).toordinal()
    invoices = {
        row["invoice_id"]: (row, account_id)
        for row in known.rows("billing_invoices")
        if (row.get("status") or "").lower() not in _NOT_SENT
        and not known.is_later(row["issued_on"])
        and (account_id := known.account_billed(row)) is not None
    }
    for row in known.rows("billing_invoice_lines"):
        if row["invoice_id"] not in invoices:
            continue
        invoice, account_id = invoices[row["invoice_id"]]
        issued_on = date.fromisoformat(str(invoice["issued_on"]))
        currency = invoice.get("currency") or known.policies.reporting_currency
        rate = known.rate(currency.upper(), reference)
        yield Invoiced(
            account_id,
            issued_on,
            (row.get("line_type") or "recurring").lower(),
            *_period(row, issued_on),
            half_away_from_zero(Fraction(str(row["amount"])) * 100 * rate),
        )


def _period(line: Row, issued_on: date) -> tuple[date, date]:
    start, end = (
        date.fromisoformat(text) if (text := line.get(name)) else None
        for name in ("period_start", "period_end")
    )
    start = start or issued_on
    return start, end if end is not None and end > start else start + _DAY


def _spread(line: Invoiced, as_of: date) -> Iterator[tuple[date, int]]:
    """Yield a line's parts by month up to the as-of date; they add up to the line.

    A month is a month however long it is, and a day its share of it, as in contracts.
    """
    last_billed = line.end - _DAY
    months = range(month_number(line.start), month_number(last_billed) + 1)
    whole = sum(_share(month, line.start, last_billed) for month in months)
    share = before = 0
    for month in months:
        if max(line.start, first_day(month)) > as_of:
            return
        share += _share(month, line.start, min(last_billed, as_of))
        so_far = half_away_from_zero(Fraction(line.amount * share, whole))
        yield first_day(month), so_far - before
        before = so_far


def _share(month: int, first: date, last: date) -> int:
    """Return how much of a month lies between two days, in `_WHOLE_MONTH`ths."""
    month_end = last_day(month)
    days = (min(last, month_end) - max(first, first_day(month))).days + 1
    return days * _WHOLE_MONTH // month_end.day


def _contracted(
    arr_lines: Iterable[Mapping[str, Any]], as_of: date
) -> dict[AccountMonth, int]:
    """Return a twelfth of ARR for each month, or its days of it, in cents."""
    found: dict[AccountMonth, int] = defaultdict(int)
    for line in arr_lines:
        if not line["arr"]:
            continue
        start, last = line["valid_from"], (line["valid_to"] or as_of + _DAY) - _DAY
        for month in range(month_number(start), month_number(last) + 1):
            month_end = last_day(month)
            days = (min(last, month_end) - max(start, first_day(month))).days + 1
            share = Fraction(days, month_end.day * 12)
            part = half_away_from_zero(line["arr"] * share)
            found[line["account_id"], first_day(month)] += part
    return found
