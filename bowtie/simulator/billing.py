"""The biller's rows, and the exact ARR that they amount to.

What the biller knows on the as-of date is cut here, once: an end, a resumption or an
item that lies after it is not known yet. Truth is then computed from the very rows
that are written, by DECISIONS A1 to A5, in whole cents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bowtie.simulator.contracts import Item, Subscription, half_up, local_arr_cents
from bowtie.simulator.lives import Life
from bowtie.simulator.schemas import PERCENT, PRICE
from bowtie.simulator.settings import GRACE_DAYS, Settings
from bowtie.simulator.writing import (
    ParquetFolder,
    days,
    decimals,
    times,
)

UNKNOWN = -1


def account_id(account: int) -> str:
    """Return the id of an account."""
    return f"ACC-{account + 1:07d}"


def subscription_id(account: int, number: int) -> str:
    """Return the id of an account's subscription."""
    return f"SUB-{account + 1:07d}-{number}"


def billing_customer_id(account: int) -> str:
    """Return the id under which the biller keeps an account."""
    return f"BC-{account + 1:07d}"


def domain(account: int) -> str:
    """Return the web domain of an account, in the reserved zone `.example`."""
    return f"account-{account + 1:07d}.example"


def is_known(day: int | None, as_of: int) -> bool:
    """Return whether a day has come by the as-of date."""
    return day is not None and day <= as_of


@dataclass(slots=True)
class Piece:
    """A recurring item while it is in force: half-open, cut at nothing but life."""

    life: Life
    subscription: Subscription
    item: Item
    start: int
    end: int | None


def known_subscriptions(life: Life, as_of: int) -> list[Subscription]:
    """Return the subscriptions that have started by the as-of date."""
    return [s for s in life.subscriptions if s.start <= as_of]


def term_shown(subscription: Subscription, as_of: int) -> tuple[int, int]:
    """Return (start, end) of the term the biller shows on the as-of date."""
    trial = subscription.trial_ends
    last = as_of
    if is_known(subscription.end, as_of):
        last = subscription.end - 1
    if trial is not None and last < trial:
        return subscription.start, trial
    if not subscription.rolls:
        return subscription.term_start, subscription.term_end
    number = subscription.period_of(max(last, subscription.anchor))
    return subscription.period_start(number), subscription.period_start(number + 1)


def end_in_force(
    subscription: Subscription, siblings: list[Subscription], as_of: int
) -> int | None:
    """Return the day a subscription's life ends (DECISIONS A1); None while it lasts."""
    ends = []
    if is_known(subscription.end, as_of):
        ends.append(subscription.end)
    renewals = [s.start for s in siblings if s.renewed_from == subscription.number]
    ends += renewals
    _, term_end = term_shown(subscription, as_of)
    if subscription.auto_renews is False:
        grace_ends = term_end + GRACE_DAYS
        renewed = any(start <= grace_ends for start in renewals)
        if not renewed and as_of >= grace_ends:
            ends.append(term_end)
    return min(ends) if ends else None


def pieces(life: Life, as_of: int) -> Iterator[Piece]:
    """Yield every item interval in force (DECISIONS A2), pauses and trials out."""
    subscriptions = known_subscriptions(life, as_of)
    for subscription in subscriptions:
        life_end = end_in_force(subscription, subscriptions, as_of)
        earliest = max(subscription.start, subscription.anchor)
        for item in subscription.items:
            if item.charge != "recurring" or item.start > as_of:
                continue
            start = max(item.start, earliest)
            item_end = item.end if is_known(item.end, as_of) else None
            ends = [day for day in (item_end, life_end) if day is not None]
            end = min(ends) if ends else None
            for paused, resumed in subscription.pauses:
                if paused > as_of or (end is not None and paused >= end):
                    continue
                back = resumed if is_known(resumed, as_of) else None
                if back is not None and back <= start:
                    continue
                if paused > start:
                    yield Piece(life, subscription, item, start, paused)
                if back is None:
                    start = None
                    break
                start = max(start, back)
            if start is not None and (end is None or start < end):
                yield Piece(life, subscription, item, start, end)


def add_arr_changes(changes: dict[int, int], piece: Piece) -> None:
    """Add the ARR of one piece, in reporting cents, to changes by day."""
    subscription = piece.subscription
    local = local_arr_cents(piece.item, subscription.interval, subscription.count)
    cents = half_up(local * piece.life.rate_e8, 10**8)
    changes[piece.start] = changes.get(piece.start, 0) + cents
    if piece.end is not None:
        changes[piece.end] = changes.get(piece.end, 0) - cents


def levels(changes: dict[int, int], as_of: int) -> list[tuple[int, int]]:
    """Turn changes by day into (day, ARR in cents) from the first ARR on."""
    level = 0
    steps: list[tuple[int, int]] = []
    for day in sorted(changes):
        level += changes[day]
        if day <= as_of and level != (steps[-1][1] if steps else 0):
            steps.append((day, level))
    return steps


def status_of(subscription: Subscription, ended: int | None, as_of: int) -> str:
    """Return what the biller calls a subscription on the as-of date."""
    if ended is not None:
        return subscription.status_when_over
    if subscription.trial_ends is not None and subscription.trial_ends > as_of:
        return "trialing"
    if any(
        paused <= as_of and not is_known(resumed, as_of)
        for paused, resumed in subscription.pauses
    ):
        return "paused"
    return "active"


def write_billing(folder: ParquetFolder, settings: Settings, lives: list[Life]) -> None:
    """Write customers, subscriptions, items and pauses of some accounts."""
    as_of = settings.as_of
    customers, subscriptions, items, pauses = [], [], [], []
    for life in lives:
        if not life.subscriptions:
            continue
        customer = billing_customer_id(life.account)
        route = settings.account_chance(life.account, purpose=3).random()
        by_id = route < 0.85 or life.kind in ("merged", "test")
        by_domain = not by_id and route >= 0.97
        owner = account_id(life.account)
        customers.append(
            (
                customer,
                None if by_domain else owner,
                domain(life.account) if by_domain or route < 0.7 else None,
                life.currency,
            )
        )
        known = known_subscriptions(life, as_of)
        for subscription in known:
            name = subscription_id(life.account, subscription.number)
            subscriptions.append(
                _subscription_row(
                    life,
                    subscription,
                    known,
                    as_of,
                    owner if by_id else None,
                    customer if not by_id or route < 0.6 else None,
                )
            )
            items += _item_rows(subscription, name, as_of)
            pauses += [
                (name, paused, resumed if is_known(resumed, as_of) else UNKNOWN)
                for paused, resumed in subscription.pauses
                if paused <= as_of
            ]
        if life.stray_billing:
            stray = _stray_rows(life, settings)
            customers.append(stray[0])
            subscriptions.append(stray[1])
            items.append(stray[2])
    _write(folder, customers, subscriptions, items, pauses)


def _subscription_row(
    life: Life,
    subscription: Subscription,
    siblings: list[Subscription],
    as_of: int,
    owner: str | None,
    customer: str | None,
) -> tuple:
    term_start, term_end = term_shown(subscription, as_of)
    ended = end_in_force(subscription, siblings, as_of)
    known_end = subscription.end if is_known(subscription.end, as_of) else None
    cancelled = subscription.cancel_requested
    renewed_from = subscription.renewed_from
    return (
        subscription_id(life.account, subscription.number),
        owner,
        customer,
        subscription.start,
        UNKNOWN if known_end is None else known_end,
        cancelled * 86_400 + 36_000 if is_known(cancelled, as_of) else UNKNOWN,
        UNKNOWN if subscription.trial_ends is None else subscription.trial_ends,
        term_start,
        term_end,
        subscription.auto_renews,
        None if subscription.rolls else (90 if life.segment.touch == "high" else 30),
        status_of(subscription, ended, as_of),
        subscription.churn_reason if known_end is not None else None,
        None if renewed_from is None else subscription_id(life.account, renewed_from),
        min(max(subscription.start, ended or 0), as_of) * 86_400 + 7_200,
    )


def _item_rows(subscription: Subscription, name: str, as_of: int) -> list[tuple]:
    return [
        (
            f"{name}-{number}",
            name,
            item.product,
            item.charge,
            item.quantity,
            item.price_e4,
            item.discount_e2,
            subscription.interval,
            subscription.count,
            subscription.currency,
            item.start,
            item.end if is_known(item.end, as_of) else UNKNOWN,
            item.reason,
        )
        for number, item in enumerate(subscription.items, start=1)
        if item.start <= as_of
    ]


def stray_customer(life: Life) -> str:
    """Return the billing customer beside an account that no CRM row matches."""
    return f"BC-X{life.account + 1:07d}"


def stray_item(life: Life) -> tuple[Subscription, Item]:
    """Return the one subscription and item of a billing customer nobody knows."""
    start = max(life.start, 0)
    subscription = Subscription(0, start, "month", 1, 0, True, "USD")
    price = 49_0000 + life.account % 7 * 10_0100
    item = Item("starter", "recurring", 1, price, 0, start, None, None)
    return subscription, item


def _stray_rows(life: Life, settings: Settings) -> tuple[tuple, tuple, tuple]:
    subscription, item = stray_item(life)
    customer = stray_customer(life)
    name = f"SUB-X{life.account + 1:07d}"
    when = subscription.start * 86_400 + 7_200
    return (
        (customer, None, f"unknown-{life.account + 1:07d}.example", "USD"),
        (
            name,
            None,
            customer,
            subscription.start,
            UNKNOWN,
            UNKNOWN,
            UNKNOWN,
            *term_shown(subscription, settings.as_of),
            True,
            None,
            "active",
            None,
            None,
            when,
        ),
        _item_rows(
            Subscription(0, item.start, "month", 1, 0, True, "USD", items=[item]),
            name,
            settings.as_of,
        )[0],
    )


def _write(
    folder: ParquetFolder,
    customers: list[tuple],
    subscriptions: list[tuple],
    items: list[tuple],
    pauses: list[tuple],
) -> None:
    if customers:
        identity, account, web, currency = zip(*customers, strict=True)
        folder.add(
            "billing_customers",
            {
                "billing_customer_id": identity,
                "account_id": account,
                "email_domain": web,
                "currency": currency,
            },
        )
    if subscriptions:
        columns = list(zip(*subscriptions, strict=True))
        for position in (3, 4, 6, 7, 8):
            columns[position] = days(columns[position])
        for position in (5, 14):
            columns[position] = times(columns[position])
        names = folder.columns("billing_subscriptions")
        folder.add("billing_subscriptions", dict(zip(names, columns, strict=True)))
    if items:
        columns = list(zip(*items, strict=True))
        columns[5] = decimals(columns[5], PRICE)
        columns[6] = decimals(columns[6], PERCENT)
        for position in (10, 11):
            columns[position] = days(columns[position])
        names = folder.columns("billing_subscription_items")
        folder.add("billing_subscription_items", dict(zip(names, columns, strict=True)))
    if pauses:
        name, paused, resumed = zip(*pauses, strict=True)
        folder.add(
            "billing_pauses",
            {
                "subscription_id": name,
                "paused_on": days(paused),
                "resumed_on": days(resumed),
            },
        )
