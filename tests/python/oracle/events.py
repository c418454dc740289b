"""Day by day: what changed an account's ARR, what the change is called, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from oracle.arithmetic import half_away_from_zero, ratio
from oracle.lines import Line, Stretch
from oracle.raw import UNASSIGNED, Product

CAUSES = ("seats_arr", "price_arr", "product_arr", "tier_arr", "discount_expiry_arr")
# Of the list price; what a discount shrank by less may be its rounding, and is price.
LEAST_DISCOUNT = Fraction(1, 1000)


@dataclass(frozen=True)
class Level:
    """What an account holds of a product on a day; money in cents."""

    quantity: Fraction
    arr: int
    list_arr: int


@dataclass(frozen=True)
class Change:
    """A product the day before and on the day."""

    product: Product
    before: Level
    after: Level

    @property
    def more(self) -> Fraction:
        """How many units came, or went if below 0."""
        return self.after.quantity - self.before.quantity

    @property
    def arr(self) -> int:
        """What the change did to ARR."""
        return self.after.arr - self.before.arr

    @property
    def is_held(self) -> bool:
        """Whether there are units of it on both days."""
        return self.before.quantity > 0 and self.after.quantity > 0

    @property
    def seats_arr(self) -> int:
        """What the units are worth that came or went, at the price before.

        All that a product is worth which came, at its own price, or which went.
        """
        if not self.before.quantity:
            return self.after.arr
        return half_away_from_zero(self.before.arr * self.more / self.before.quantity)

    @property
    def expired_discount_arr(self) -> int:
        """What it costs now above what it would at the discount of the day before."""
        before, after = self.before, self.after
        if not before.list_arr or not after.list_arr:
            return 0
        paid_before = ratio(before.arr, before.list_arr) or 0
        paid_after = ratio(after.arr, after.list_arr) or 0
        if paid_after - paid_before <= LEAST_DISCOUNT:
            return 0
        at_discount_before = Fraction(before.arr, before.list_arr) * after.list_arr
        return after.arr - half_away_from_zero(at_discount_before)


def arr_event_rows(
    accounts: Mapping[str, Stretch], reactivation_window_days: int | None
) -> list[dict[str, object]]:
    """Return the mart `arr_events`."""
    return [
        {"account_id": account_id, **event}
        for account_id, stretch in accounts.items()
        for event in _events(stretch, reactivation_window_days)
    ]


def _events(stretch: Stretch, window: int | None) -> Iterator[dict[str, object]]:
    fell_on: int | None = None
    had_arr = is_paused_away = False
    ends = {line.valid_to for line in stretch.lines if line.valid_to is not None}
    for day in sorted({line.valid_from for line in stretch.lines} | ends):
        opening = sum(li.arr for li in stretch.lines if li.holds_on(day - 1))
        closing = sum(li.arr for li in stretch.lines if li.holds_on(day))
        if opening == closing:
            continue
        days_away = None if fell_on is None else day - fell_on
        is_new = not had_arr or (
            window is not None and days_away is not None and days_away > window
        )
        is_back_from_pause = is_paused_away and stretch.has_pause_on(day - 1)
        is_paused_away = stretch.is_paused_away_on(day)
        kind = _kind(
            opening, closing, is_back_from_pause, is_paused_away, had_arr, is_new
        )
        parts: Counter[str] = Counter()
        if kind in ("expansion", "contraction"):
            parts = causes(_changes(stretch.lines, day))
        yield {
            "event_on": date.fromordinal(day),
            "opening_arr": opening,
            "closing_arr": closing,
            "movement_type": kind,
            "delta_arr": closing - opening,
            **{cause: parts[cause] for cause in CAUSES},
            "last_fell_to_zero_on": fell_on and date.fromordinal(fell_on),
        }
        had_arr = True
        fell_on = day if closing == 0 else fell_on


def _kind(
    opening: int,
    closing: int,
    is_back_from_pause: bool,
    is_paused_away: bool,
    had_arr: bool,
    is_new: bool,
) -> str:
    """Name the change; the first true branch wins."""
    if opening == 0:
        if had_arr and is_back_from_pause:
            return "resumed"
        return "new" if is_new else "reactivation"
    if closing == 0:
        return "paused" if is_paused_away else "churn"
    return "expansion" if closing > opening else "contraction"


def _changes(lines: Iterable[Line], day: int) -> list[Change]:
    """Return each product of which something started or ended on a day."""
    by_product: dict[str | None, list[Line]] = {}
    for line in lines:
        by_product.setdefault(line.product_id, []).append(line)
    return [
        Change(held[0].product, _level(held, day - 1), _level(held, day))
        for held in by_product.values()
        if any(day in (line.valid_from, line.valid_to) for line in held)
    ]


def _level(lines: Iterable[Line], day: int) -> Level:
    held = [line for line in lines if line.holds_on(day)]
    return Level(
        sum((line.quantity for line in held), Fraction(0)),
        sum(line.arr for line in held),
        sum(line.list_arr for line in held),
    )


def causes(changes: Iterable[Change]) -> Counter[str]:
    """Split the change of a day; the causes add up to it."""
    found: Counter[str] = Counter()
    by_family: dict[str, list[Change]] = {}
    for change in changes:
        by_family.setdefault(change.product.family, []).append(change)
    for family, alike in by_family.items():
        moved = _move(alike) if family != UNASSIGNED else []
        if moved:
            found.update(_moved(moved))
        for change in alike:
            found.update(_own(change, change in moved))
    return found


def _move(alike: Sequence[Change]) -> list[Change]:
    """Return the products of a family between which units moved to another tier."""
    ranked = [one for one in alike if one.product.tier_rank is not None and one.more]
    origins = {one.product.tier_rank for one in ranked if one.more < 0}
    targets = {one.product.tier_rank for one in ranked if one.more > 0}
    is_move = len(origins) == len(targets) == 1 and origins != targets
    return ranked if is_move else []


def _moved(changes: Iterable[Change]) -> dict[str, int]:
    """Split what moved: seats at the price before, the rest is the tier."""
    gone = [change for change in changes if change.more < 0]
    units_gone = -sum((change.more for change in gone), Fraction(0))
    arr_gone = -sum(change.seats_arr for change in gone)
    more = sum((change.more for change in changes), Fraction(0))
    seats = half_away_from_zero(arr_gone * more / units_gone)
    moved = sum(change.seats_arr for change in changes)
    return {"seats_arr": seats, "tier_arr": moved - seats}


def _own(change: Change, is_moved: bool) -> dict[str, int]:
    """Split the change of one product, but for the units that moved."""
    if not change.is_held:
        return {} if is_moved else {"product_arr": change.arr}
    expired = change.expired_discount_arr
    return {
        "seats_arr": 0 if is_moved else change.seats_arr,
        "discount_expiry_arr": expired,
        "price_arr": change.arr - change.seats_arr - expired,
    }
