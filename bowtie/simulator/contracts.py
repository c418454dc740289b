"""What a biller keeps: subscriptions, their items and pauses, and how they change."""

from __future__ import annotations

from dataclasses import dataclass, field

from bowtie.simulator.calendar import add_months
from bowtie.simulator.catalogue import DECIMALS, PRODUCTS

INTERVAL_DAYS = {"day": 1, "week": 7}
INTERVAL_MONTHS = {"month": 1, "year": 12}
PERIODS_A_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}


@dataclass(slots=True)
class Item:
    """One row of billing_subscription_items; money in 1e-4, discount in 1e-2 %."""

    product: str
    charge: str
    quantity: int
    price_e4: int
    discount_e2: int
    start: int
    end: int | None
    reason: str | None


@dataclass(slots=True)
class Subscription:
    """One row of billing_subscriptions with its items and pauses.

    `term_months` 0 means that the term is one billing interval and simply rolls on.
    `is_main` is false for an add-on that is billed on its own.
    """

    number: int
    start: int
    interval: str
    count: int
    term_months: int
    auto_renews: bool | None
    currency: str
    is_main: bool = True
    trial_ends: int | None = None
    end: int | None = None
    cancel_requested: int | None = None
    churn_reason: str | None = None
    renewed_from: int | None = None
    status_when_over: str = "ended"
    lapsed: bool = False
    term_start: int = 0
    term_end: int | None = None
    terms_done: int = 0
    items: list[Item] = field(default_factory=list)
    pauses: list[tuple[int, int | None]] = field(default_factory=list)
    # What an item change inside a billing period owes or gives back:
    # (day, change in price for one full period, in 1e-4).
    prorations: list[tuple[int, int]] = field(default_factory=list)

    @property
    def anchor(self) -> int:
        """The day from which billing periods are counted: the first paid day."""
        return self.start if self.trial_ends is None else self.trial_ends

    @property
    def rolls(self) -> bool:
        """Whether the term is one billing interval."""
        return self.term_months == 0

    def period_start(self, number: int) -> int:
        """Return the first day of billing period `number`, counted from 0."""
        if self.interval in INTERVAL_DAYS:
            return self.anchor + number * self.count * INTERVAL_DAYS[self.interval]
        months = number * self.count * INTERVAL_MONTHS[self.interval]
        return add_months(self.anchor, months)

    def period_of(self, day: int) -> int:
        """Return the number of the billing period that holds a day (>= anchor)."""
        if self.interval in INTERVAL_DAYS:
            length = self.count * INTERVAL_DAYS[self.interval]
            return max(0, (day - self.anchor) // length)
        length = self.count * INTERVAL_MONTHS[self.interval]
        number = max(0, int((day - self.anchor) / 30.44) // length - 1)
        while self.period_start(number + 1) <= day:
            number += 1
        return number

    def next_boundary(self, day: int) -> int:
        """Return the first billing period start on or after a day."""
        number = self.period_of(day)
        start = self.period_start(number)
        return start if start >= day else self.period_start(number + 1)

    def begin_terms(self) -> None:
        """Set the first term."""
        self.term_start = self.anchor
        self.terms_done = 0
        if self.term_months:
            self.term_end = add_months(self.anchor, self.term_months)

    def next_term(self) -> None:
        """Renew in place: the next term starts where this one ends."""
        self.terms_done += 1
        self.term_start = self.term_end
        self.term_end = add_months(
            self.anchor, self.term_months * (self.terms_done + 1)
        )

    def core(self) -> Item:
        """Return the open item of the main plan."""
        return next(
            item
            for item in reversed(self.items)
            if item.end is None
            and item.charge == "recurring"
            and PRODUCTS[item.product].unit == "seat"
        )

    def open_items(self) -> list[Item]:
        """Return the recurring items that have no end yet."""
        return [i for i in self.items if i.end is None and i.charge == "recurring"]

    def change(self, item: Item, day: int, reason: str, **new: object) -> Item:
        """Close an item on a day and open its successor with some fields changed."""
        successor = Item(
            product=new.get("product", item.product),
            charge=item.charge,
            quantity=new.get("quantity", item.quantity),
            price_e4=new.get("price_e4", item.price_e4),
            discount_e2=new.get("discount_e2", item.discount_e2),
            start=day,
            end=None,
            reason=reason,
        )
        item.end = day
        self.items.append(successor)
        self.prorations.append((day, period_price(successor) - period_price(item)))
        return successor

    def add(
        self, product: str, quantity: int, price_e4: int, day: int, reason: str
    ) -> Item:
        """Open an item on a day; a later day than the start is pro-rated."""
        item = Item(product, "recurring", quantity, price_e4, 0, day, None, reason)
        self.items.append(item)
        if day > self.anchor:
            self.prorations.append((day, period_price(item)))
        return item

    def remove(self, item: Item, day: int) -> None:
        """Close an item on a day without a successor."""
        item.end = day
        self.prorations.append((day, -period_price(item)))


def half_up(numerator: int, denominator: int) -> int:
    """Divide whole numbers >= 0, rounding a half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def period_price(item: Item) -> int:
    """Return the price of an item for one billing period, in 1e-4 of its currency."""
    return half_up(item.quantity * item.price_e4 * (10_000 - item.discount_e2), 10_000)


def local_arr_cents(item: Item, interval: str, count: int) -> int:
    """Return an item's ARR in cents of its currency (DECISIONS A3)."""
    return half_up(
        item.quantity
        * item.price_e4
        * (10_000 - item.discount_e2)
        * PERIODS_A_YEAR[interval],
        1_000_000 * count,
    )


def local_price(dollars: float, currency: str, rate_e8: int) -> int:
    """Return a dollar price in a currency's own units, in 1e-4, as it is quoted.

    A price under one unit keeps four decimals: day and usage prices would vanish.
    """
    amount = dollars * 1e8 / rate_e8
    decimals = DECIMALS[currency] if amount >= 1 else 4
    return round(round(amount, decimals) * 10_000)
