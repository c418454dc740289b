"""The mid-market book: CSM-02, 65 accounts of 25,000 to 75,000 when the quarter starts.

In the fourth quarter of 2025 five leave (129,000), three shrink (18,600) and eight
grow (288,000) on 2,340,000: NRR 106.00 %, logo retention 60 of 65. The quarter's health
is in `STORIES`: 45 start it well, 15 so-so, 5 badly; nine of the 15 end it well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from bowtie.sample_company.books.deals import (
    changed,
    open_sale,
    place,
    sale,
    seats,
)
from bowtie.sample_company.calendar import add_months, at
from bowtie.sample_company.names import company_name
from bowtie.sample_company.plan import (
    Account,
    Book,
    Condition,
    Item,
    Opportunity,
    Person,
    Subscription,
    Touch,
    UsageStep,
    stream,
)

CSM = "CSM-02"
SEATS_AT_START = 3900
"""Data Hub seats (600 each) of the 65 accounts on 2025-09-30: 2,340,000."""

GOOD, MIDDLING, BAD = Condition.GOOD, Condition.MIDDLING, Condition.BAD
LONG_AGO = date(2024, 1, 1)


@dataclass(frozen=True)
class Story:
    """How a group of accounts goes through the year; shifts keep them apart."""

    accounts: int
    conditions: tuple[tuple[date, Condition], ...] = ((LONG_AGO, GOOD),)
    change: str | None = None
    leaves_on: date | None = None
    churn_reason: str | None = None
    pays: bool = True


STORIES: dict[str, Story] = {
    # 45 that start the quarter well
    "steady": Story(32),
    "onboarding": Story(4),
    "twin of TechCorp": Story(
        1,
        (
            (LONG_AGO, GOOD),
            (date(2024, 8, 5), MIDDLING),
            (date(2024, 11, 19), BAD),
            (date(2025, 2, 10), MIDDLING),
            (date(2025, 4, 7), GOOD),
        ),
    ),
    "grows by seats": Story(4, change="seats"),
    "grows by product": Story(2, change="product"),
    "grows by tier": Story(1, change="tier"),
    "is bought": Story(1, leaves_on=date(2025, 11, 28), churn_reason="acquired"),
    # 15 that start it so-so
    "recovers": Story(
        8,
        (
            (LONG_AGO, GOOD),
            (date(2025, 6, 2), MIDDLING),
            (date(2025, 10, 13), GOOD),
        ),
    ),
    "recovers and grows": Story(
        1,
        (
            (LONG_AGO, GOOD),
            (date(2025, 6, 9), MIDDLING),
            (date(2025, 10, 6), GOOD),
        ),
        change="seats and product",
    ),
    "stays so-so": Story(2, ((LONG_AGO, GOOD), (date(2025, 6, 9), MIDDLING))),
    "shrinks": Story(
        2, ((LONG_AGO, GOOD), (date(2025, 5, 26), MIDDLING)), change="fewer seats"
    ),
    "TechCorp": Story(
        1,
        (
            (date(2025, 4, 1), GOOD),
            (date(2025, 7, 14), MIDDLING),
            (date(2025, 11, 19), BAD),
        ),
    ),
    "fades and leaves": Story(
        1,
        (
            (LONG_AGO, GOOD),
            (date(2025, 6, 2), MIDDLING),
            (date(2025, 11, 3), BAD),
        ),
        leaves_on=date(2025, 12, 15),
        churn_reason="no_adoption",
    ),
    # 5 that start it badly
    "leaves": Story(
        3,
        (
            (LONG_AGO, GOOD),
            (date(2025, 3, 10), MIDDLING),
            (date(2025, 8, 11), BAD),
        ),
        leaves_on=date(2025, 10, 28),
        churn_reason="competitor",
        pays=False,
    ),
    "shrinks badly": Story(
        1,
        (
            (LONG_AGO, GOOD),
            (date(2025, 3, 17), MIDDLING),
            (date(2025, 8, 18), BAD),
        ),
        change="fewer seats",
    ),
    "is half rescued": Story(
        1,
        (
            (LONG_AGO, GOOD),
            (date(2025, 3, 24), MIDDLING),
            (date(2025, 8, 18), BAD),
            (date(2025, 11, 10), MIDDLING),
        ),
    ),
}
"""The 65 accounts of 2025-10-01, and how they do."""

ONBOARDING_STARTS = [
    date(2025, 7, 1),
    date(2025, 7, 21),
    date(2025, 8, 11),
    date(2025, 9, 8),
]
JOINS_IN_QUARTER = [
    date(2025, 10, 6),
    date(2025, 10, 20),
    date(2025, 11, 3),
    date(2025, 11, 17),
    date(2025, 12, 1),
]
LEFT_BEFORE = [date(2024, 9, 20), date(2025, 2, 14), date(2025, 6, 27)]

LEAVERS_SEATS = [42, 43, 44, 43, 43]
GROWERS_SEATS = [48, 52, 54, 60, 56, 58, 60, 54]
SHRINKERS = {
    58: (10, date(2025, 10, 20)),
    64: (10, date(2025, 12, 1)),
    61: (11, date(2025, 11, 5)),
}
"""Seats: how many of them are given back, and when (as the term ends)."""


def mid_market_accounts() -> list[Account]:
    """Return the book's accounts: the 65, those who join, and those who left before."""
    names = [name for name, story in STORIES.items() for _ in range(story.accounts)]
    quantities = _quantities(names)
    accounts = []
    shifts: dict[str, int] = {}
    for number, (name, quantity) in enumerate(zip(names, quantities, strict=True)):
        nth = shifts[name] = shifts.get(name, -1) + 1
        accounts.append(_account(number, name, nth, quantity))
    first_free = len(accounts)
    for nth, joined_on in enumerate(JOINS_IN_QUARTER):
        accounts.append(_newcomer(first_free + nth, joined_on, 46 + 5 * nth))
    first_free = len(accounts)
    for nth, left_on in enumerate(LEFT_BEFORE):
        accounts.append(_former_customer(first_free + nth, left_on, 45 + 4 * nth))
    return accounts


def _quantities(names: list[str]) -> list[int]:
    """Return the seats of each account; the steady ones bring the sum to its mark."""
    leavers, growers = iter(LEAVERS_SEATS), iter(GROWERS_SEATS)
    shrinkers = iter(SHRINKERS)
    draw = stream("mid-market/seats")
    quantities: list[int] = []
    steady = []
    for position, name in enumerate(names):
        change = STORIES[name].change
        if name in ("TechCorp", "twin of TechCorp"):
            quantities.append(75)
        elif STORIES[name].leaves_on:
            quantities.append(next(leavers))
        elif change == "fewer seats":
            quantities.append(next(shrinkers))
        elif change:
            quantities.append(next(growers))
        else:
            quantities.append(draw.randrange(46, 79))
            steady.append(position)
    position = 0
    while (missing := SEATS_AT_START - sum(quantities)) != 0:
        quantities[steady[position % len(steady)]] += 1 if missing > 0 else -1
        position += 1
    return quantities


def _account(number: int, name: str, nth: int, quantity: int) -> Account:
    story = STORIES[name]
    leaves_on = story.leaves_on and story.leaves_on - timedelta(days=9 * nth)
    started_on = _started_on(name, number, nth, quantity, leaves_on)
    # Who does not pay is billed by quarter, so that it shows within the year.
    base = _billed(seats("DATA", quantity), number if story.pays else 4)
    items, opportunities = _change(story, base, started_on, number, nth)
    shift = timedelta(days=2 * (nth % 7))
    account = Account(
        account_id=f"M{number + 1:02d}",
        name=_name(name, number),
        book=Book.MID_MARKET,
        csm_id=CSM,
        employees=150 + 11 * number,
        created_on=started_on - timedelta(days=60),
        subscriptions=[
            Subscription(
                "1",
                started_on,
                items,
                notice_days=30,
                ended_on=leaves_on,
                auto_renews=leaves_on is None,
                cancel_requested_on=leaves_on and leaves_on - timedelta(days=35),
                churn_reason=story.churn_reason,
                leaves_invoices_unpaid_from=None if story.pays else date(2025, 7, 1),
            )
        ],
        # The turns of a story come on different days for each of its accounts.
        conditions=[
            (day if day == LONG_AGO else day + shift, condition)
            for day, condition in story.conditions
        ],
        opportunities=opportunities,
        advocacy=[("reference", date(2025, 5, 20))] if number % 16 == 0 else [],
        surveys=[("csat", 4, date(2025, 11, 12)), ("ces", 5, date(2025, 9, 2))]
        if number % 13 == 0
        else [],
        **place(number),
    )
    if name == "TechCorp":
        _tell_rescue(account, date(2025, 11, 19))
        account.usage = [
            UsageStep(date(2025, 4, 1), 20),
            UsageStep(date(2025, 4, 1), 50, 35),
            UsageStep(date(2025, 11, 2), 27.5),
        ]
    elif name == "twin of TechCorp":
        _tell_rescue(account, date(2024, 11, 19))
        _tell_recovery(account)
    return account


def _name(story_name: str, number: int) -> str:
    return "TechCorp" if story_name == "TechCorp" else company_name(40 + number)


def _billed(base: Item, number: int) -> Item:
    """Return the same yearly price, billed by year, quarter or month."""
    match number % 6:
        case 4:
            return replace(
                base, unit_price=base.unit_price / 4, interval="month", interval_count=3
            )
        case 5:
            return replace(base, unit_price=base.unit_price / 12, interval="month")
        case _:
            return base


def _started_on(
    name: str, number: int, nth: int, quantity: int, leaves_on: date | None
) -> date:
    if name == "TechCorp":
        return date(2025, 4, 1)
    if name == "twin of TechCorp":
        return date(2024, 4, 1)
    if name == "onboarding":
        return ONBOARDING_STARTS[nth]
    if leaves_on:
        return add_months(leaves_on, -24)
    if STORIES[name].change == "fewer seats":
        _, shrinks_on = SHRINKERS[quantity]
        return add_months(shrinks_on, -24)
    # Terms end in every month but the quarter's own, whose renewals are the stories'.
    return date(2022 + number % 3, 1 + number * 5 % 9, 1 + number * 7 % 28)


GROW_ON = [
    date(2025, 10, 9),
    date(2025, 10, 23),
    date(2025, 11, 6),
    date(2025, 11, 13),
    date(2025, 11, 20),
    date(2025, 12, 4),
    date(2025, 12, 11),
    date(2025, 12, 18),
]
MODULE_PRICE = Decimal(36_000)
HALF_MODULE_PRICE = Decimal(18_000)


def _change(
    story: Story, base: Item, started_on: date, number: int, nth: int
) -> tuple[list[Item], list[Opportunity]]:
    """Return an account's items with the quarter's change, and the sale behind it."""
    # In the order of the stories: four by seats, two by product, tier, both.
    first = {"seats": 0, "product": 4, "tier": 6, "seats and product": 7}
    joined = sale("new_business", _yearly(base), started_on, source="sales")
    if story.change is None:
        opportunities = [joined]
        if number % 9 == 2:
            opportunities.append(
                open_sale(
                    "expansion",
                    12_000,
                    date(2025, 10, 13) + timedelta(days=number),
                    1 + number % 3,
                    expansion_type="seats",
                    product_id="DATA",
                    source="marketing" if number % 2 else "csm",
                )
            )
        return [base], opportunities
    if story.change == "fewer seats":
        given_back, day = SHRINKERS[base.quantity]
        quantity = base.quantity - given_back
        return changed(base, day, "seats_removed", quantity=quantity), [joined]
    day = GROW_ON[first[story.change] + nth]
    amount = int(MODULE_PRICE)
    if story.change == "seats":
        kind, product = "seats", "DATA"
        items = changed(base, day, "seats_added", quantity=base.quantity + 60)
    elif story.change == "product":
        kind, product = "product", "IDENTITY"
        items = [base, Item("IDENTITY", MODULE_PRICE, valid_from=day)]
    elif story.change == "tier":
        kind, product = "tier", "DATA-PRO"
        pro = {"product_id": "DATA-PRO", "unit_price": base.unit_price * 2}
        items = changed(base, day, "upgrade", **pro)
        amount = int(_yearly(base))
    else:
        kind, product = "seats", "DATA"
        items = changed(base, day, "seats_added", quantity=base.quantity + 30)
        items.append(Item("IDENTITY", HALF_MODULE_PRICE, valid_from=day))
    won = sale(
        "expansion",
        amount,
        day,
        expansion_type=kind,
        product_id=product,
        subscription_key="1",
        source="csm" if nth % 2 == 0 else "sales",
    )
    return items, [joined, won]


def _yearly(item: Item) -> Decimal:
    times = {"year": 1, "month": 12}[item.interval] // item.interval_count
    return item.price * times


def _newcomer(number: int, joined_on: date, quantity: int) -> Account:
    """Return a customer won in the quarter, with a paid onboarding package."""
    base = seats("DATA", quantity)
    setup = Item("SETUP", Decimal(2500), charge_type="one_time")
    return Account(
        account_id=f"M{number + 1:02d}",
        name=company_name(40 + number),
        book=Book.MID_MARKET,
        csm_id=CSM,
        employees=240 + 9 * number,
        created_on=joined_on - timedelta(days=75),
        subscriptions=[Subscription("1", joined_on, [base, setup], notice_days=30)],
        opportunities=[sale("new_business", base.price, joined_on, source="sales")],
        **place(number),
    )


def _former_customer(number: int, left_on: date, quantity: int) -> Account:
    """Return a customer of this book who left before the quarter."""
    started_on = add_months(left_on, -24)
    base = seats("DATA", quantity)
    return Account(
        account_id=f"M{number + 1:02d}",
        name=company_name(40 + number),
        book=Book.MID_MARKET,
        csm_id=CSM,
        employees=200 + 7 * number,
        created_on=started_on - timedelta(days=60),
        subscriptions=[
            Subscription(
                "1",
                started_on,
                [base],
                notice_days=30,
                ended_on=left_on,
                auto_renews=False,
                cancel_requested_on=left_on - timedelta(days=40),
                churn_reason="price",
            )
        ],
        conditions=[
            (LONG_AGO, GOOD),
            (left_on - timedelta(days=200), MIDDLING),
            (left_on - timedelta(days=110), BAD),
        ],
        opportunities=[
            sale("renewal", base.price, left_on, "closed_lost", subscription_key="1")
        ],
        **place(number),
    )


def _tell_rescue(account: Account, champion_left_on: date) -> None:
    """Plan the story of TechCorp: its champion goes, and nobody above is known."""
    account.never_had_executive = True
    account.people = [
        Person(
            "champion",
            "Director of Analytics",
            "champion",
            account.customer_from,
            champion_left_on,
        )
    ]
    account.touches = [
        # The first weeks of the rescue; check-ins go on from its condition.
        Touch(kind, "rescue", at(champion_left_on + timedelta(days=after), 15), 45)
        for kind, after in [
            ("call", 5),
            ("meeting", 13),
            ("call", 22),
            ("training", 33),
        ]
    ]
    account.touches = [replace(touch, csm_id=CSM) for touch in account.touches]


def _tell_recovery(account: Account) -> None:
    """Plan how TechCorp's twin came back, and renewed for what it paid before."""
    account.people.append(
        Person(
            "new champion",
            "Marketing Operations Manager",
            "champion",
            date(2024, 12, 12),
        )
    )
    account.never_had_executive = False
    account.people.append(
        Person("sponsor", "VP Marketing", "executive_sponsor", date(2025, 1, 20))
    )
    account.usage = [
        UsageStep(date(2024, 4, 1), 20),
        UsageStep(date(2024, 4, 1), 50, 35),
        UsageStep(date(2024, 11, 2), 27.5),
        UsageStep(date(2025, 1, 2), 42.5, 39),
        UsageStep(date(2025, 5, 5), 60, 40),
    ]
    first = account.subscriptions[0]
    renewed_on = add_months(first.started_on, 12)
    account.subscriptions = [
        replace(first, ended_on=renewed_on),
        replace(first, key="2", started_on=renewed_on, renewed_from="1"),
    ]
    account.opportunities.append(
        sale(
            "renewal",
            _yearly(first.items[0]),
            date(2025, 3, 24),
            days_open=110,
            subscription_key="1",
        )
    )
