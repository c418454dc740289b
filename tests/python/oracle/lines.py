"""What is in force, day by day: one line per item and unbroken run of days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from oracle.arithmetic import last_day, round_half_up
from oracle.raw import Known, Product, Row, Subscription, parse_day

PERIODS_A_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}


@dataclass(frozen=True, eq=False)
class Line:
    """An item in force on the days `[valid_from, valid_to)`; money in cents.

    `valid_to` is None while the line is in force on the as-of date.
    """

    account_id: str
    subscription_id: str
    subscription_item_id: str
    product_id: str | None
    product: Product
    valid_from: int
    valid_to: int | None
    quantity: Fraction
    currency: str
    arr_local: int
    arr: int
    list_arr: int

    def holds_on(self, day: int) -> bool:
        """Say whether the line is in force on a day up to the as-of date."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass
class Stretch:
    """An account's lines, and by item the days on which only a pause kept ARR away."""

    lines: list[Line]
    pauses: dict[str, set[int]]

    def has_pause_on(self, day: int) -> bool:
        """Say whether an item with a price is paused on a day."""
        return any(day in days for days in self.pauses.values())

    def is_paused_away_on(self, day: int) -> bool:
        """Say whether all that was in force the day before is paused on a day."""
        held = [li for li in self.lines if li.holds_on(day - 1) and li.arr > 0]
        return bool(held) and all(
            day in self.pauses.get(line.subscription_item_id, ()) for line in held
        )


def item_arr(row: Row) -> int:
    """Return an item's ARR in cents of its own currency (DECISIONS A3)."""
    exact = (
        Fraction(row.get("quantity") or "1")
        * Fraction(str(row["unit_price"]))
        * (1 - Fraction(row.get("discount_percent") or "0") / 100)
        * PERIODS_A_YEAR[str(row["billing_interval"]).lower()]
        / Fraction(row.get("interval_count") or "1")
    )
    return round_half_up(exact * 100)


def _runs(days: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield each unbroken run of ascending days as `[first, last + 1)`."""
    start = stop = None
    for day in days:
        if day != stop:
            if start is not None and stop is not None:
                yield start, stop
            start = day
        stop = day + 1
    if start is not None and stop is not None:
        yield start, stop


def _days(row: Row, subscription: Subscription, today: int) -> range:
    """Return an item's days up to the as-of date, pauses not yet taken out."""
    start = max(
        parse_day(row.get("valid_from")) or subscription.start,
        subscription.start,
        subscription.trial_end or subscription.start,
    )
    ends = [parse_day(row.get("valid_to")), subscription.end, today + 1]
    return range(start, min(end for end in ends if end is not None))


def stretches(known: Known) -> dict[str, Stretch]:
    """Return each account's lines; accounts without a line or a pause are absent."""
    today = known.today
    reference = known.policies.reference_day(known.as_of).toordinal()
    accounts: dict[str, Stretch] = {}
    for row in known.items:
        subscription = known.subscriptions[str(row["subscription_id"])]
        days = _days(row, subscription, today)
        if not days:
            continue
        paused = {
            day
            for start, end in subscription.pauses
            for day in range(max(start, days.start), min(end or days.stop, days.stop))
        }
        currency = (row.get("currency") or known.policies.reporting_currency).upper()
        rate = known.rate(currency, reference)
        arr_local = item_arr(row)
        list_arr_local = item_arr({**row, "discount_percent": None})
        stretch = accounts.setdefault(subscription.account_id, Stretch([], {}))
        if arr_local > 0:
            stretch.pauses[str(row["subscription_item_id"])] = paused
        product_id = row.get("product_id")
        for start, stop in _runs(day for day in days if day not in paused):
            stretch.lines.append(
                Line(
                    account_id=subscription.account_id,
                    subscription_id=subscription.subscription_id,
                    subscription_item_id=str(row["subscription_item_id"]),
                    product_id=product_id,
                    product=known.products.get(product_id or "", Product()),
                    valid_from=start,
                    valid_to=None if stop > today else stop,
                    quantity=Fraction(row.get("quantity") or "1"),
                    currency=currency,
                    arr_local=arr_local,
                    arr=round_half_up(arr_local * rate),
                    list_arr=round_half_up(list_arr_local * rate),
                )
            )
    return accounts


class Valuation:
    """Values a line in a month, under the currency policy in force."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._is_constant = known.policies.currency_policy == "constant"
        self._rates: dict[tuple[str, int], Fraction] = {}

    def value(self, line: Line, month: int) -> int:
        """Return the line's ARR in cents at the month's end (or the as-of date)."""
        if self._is_constant:
            return line.arr
        key = (line.currency, month)
        if key not in self._rates:
            day = min(last_day(month).toordinal(), self._known.today)
            self._rates[key] = self._known.rate(line.currency, day)
        return round_half_up(line.arr_local * self._rates[key])


def arr_line_rows(lines: Iterable[Line]) -> list[dict[str, object]]:
    """Return the mart `arr_lines`."""
    return [
        {
            "account_id": line.account_id,
            "subscription_id": line.subscription_id,
            "subscription_item_id": line.subscription_item_id,
            "product_id": line.product_id,
            "valid_from": date.fromordinal(line.valid_from),
            "valid_to": None
            if line.valid_to is None
            else date.fromordinal(line.valid_to),
            "quantity": line.quantity,
            "arr": line.arr,
            "currency": line.currency,
            "arr_local": line.arr_local,
        }
        for line in lines
    ]
