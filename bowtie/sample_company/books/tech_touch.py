"""The self-service book: CSM-03 to CSM-06, 8,000 accounts at each month end of 2025.

Who leaves is replaced in the same month, so that the book holds 8,000 at the start of
the year, of the quarter, and at the end, 2,000 for each CSM. `HELPED` says who needs a
person in the fourth quarter: 240, of whom 47 show an expansion signal.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from bowtie.sample_company.books.deals import changed, place, sale
from bowtie.sample_company.calendar import add_months, at, on_business_day
from bowtie.sample_company.catalogue import SEAT_PRICE
from bowtie.sample_company.names import small_company_name
from bowtie.sample_company.plan import (
    AS_OF,
    QUARTER_STARTS,
    TECH_STRENGTHS,
    YEAR_STARTS,
    Account,
    Book,
    Condition,
    Item,
    Subscription,
    Ticket,
    Touch,
    UsageStep,
    stream,
)
from bowtie.sample_company.systems.support import critical

GOOD, MIDDLING, BAD = Condition.GOOD, Condition.MIDDLING, Condition.BAD

CSMS = ["CSM-03", "CSM-04", "CSM-05", "CSM-06"]
ACCOUNTS = 8000
LEFT_IN_2024 = 160

# Shares of the ARR with which the year opens: GRR 87 %, NRR 95 %.
CHURN = Decimal("0.104")
CONTRACTION = Decimal("0.026")
EXPANSION = Decimal("0.080")

HELPED = {
    "signal": 47,
    "declines": 40,
    "turns bad": 48,
    "critical ticket": 25,
    "ends soon": 80,
}
"""The 240 accounts that a person turns to in the fourth quarter, by what they show."""
TURNS_BAD_AND_LEAVES = 20
ENDS_SOON_AND_LEAVES = 60

LEAST_SEATS = 8
"""Of fewer seats, too few people are active for a fall to show."""
DECLINES_TO = 0.66
"""Of its use before; not so far that the fall alone would make the account red."""

STEADILY_MIDDLING = 900
STEADILY_BAD = 90
FIRST_YEAR_DISCOUNTS = 120

HELPED_AFTER_DAYS = 30
"""Days after use falls; it takes two to four weeks to show in four weeks'
averages, and a band another week to settle."""

# The expansion campaign.
SIGNAL_SHOWS_ON = date(2025, 11, 3)
CAMPAIGN_ON = date(2025, 11, 10)
"""A Monday: the week before, with the signal, has been looked at."""
FIRST_UPGRADE_ON = date(2025, 11, 12)
NEAR_LIMIT = 0.92
SIGNAL_SESSIONS = 5.0
"""Sessions a week and active user; accounts that do well have 3."""
UPGRADES = [(25, 34), (26, 35), (28, 37), (30, 40), (32, 43), (35, 47)]
"""Seats before (Business, 240) and after (Scale, 340): 42,240 becomes 80,240."""
ANSWERED_SEATS = [27, 29, 31, 33, 36, 37]
SILENT_SEATS = [25, 27, 28, 30, 34, 36]
"""The others of the 18 that are prioritised: 6,000 to 8,880."""
MINOR_SIGNALS = 29
"""Signals below 6,000 that are not prioritised."""

AUTOMATED_KINDS = ["automated_email", "automated_email", "in_app_message"]
BOUNCED_PERCENT = 6


@dataclass
class Customer:
    """A self-service customer while the book is being planned."""

    number: int
    started_on: date
    product_id: str
    seats: int
    first_year_discount: int = 0
    story: str = ""
    leaves_on: date | None = None
    churn_reason: str | None = None
    change_on: date | None = None
    new_seats: int | None = None
    new_product_id: str | None = None
    new_price: Decimal | None = None
    change_reason: str = ""
    conditions: list[tuple[date, Condition]] = field(default_factory=list)
    csm_id: str = ""
    campaign: str = ""
    """What came of the expansion campaign."""

    @property
    def opening_arr(self) -> Decimal:
        """ARR when 2025 opens."""
        share = Decimal(100 - self.first_year_discount) / 100
        return self.seats * SEAT_PRICE[self.product_id] * share

    @property
    def renews_on(self) -> date:
        """The anniversary in 2025."""
        return self.started_on.replace(year=2025)

    def new_arr(self) -> Decimal:
        """ARR after the planned change of seats, plan or price."""
        product_id = self.new_product_id or self.product_id
        price = self.new_price or SEAT_PRICE[product_id]
        return (self.new_seats or self.seats) * price


def tech_touch_accounts() -> list[Account]:
    """Return the book's accounts, those that left before the end included."""
    customers = _opening_book()
    _plan_helped(customers)
    _plan_year(customers)
    _plan_steady_troubles(customers)
    for position, customer in enumerate(
        sorted(customers, key=lambda c: (c.story, c.number))
    ):
        customer.csm_id = CSMS[position % len(CSMS)]
    customers += _replacements(customers)
    customers += _left_in_2024(len(customers))
    accounts = [_account(customer) for customer in customers]
    _add_automation(accounts)
    return accounts


# --- Who they are ----------------------------------------------------------------


def _draw_customer(draw: random.Random, number: int, started_on: date) -> Customer:
    plan = draw.choices(["TEAM", "PREMIUM", "BUSINESS"], [62, 28, 10])[0]
    least, most = {"TEAM": (4, 16), "PREMIUM": (10, 32), "BUSINESS": (21, 37)}[plan]
    return Customer(number, started_on, plan, draw.randint(least, most))


def _opening_book() -> list[Customer]:
    """Return the 8,000 with whom 2025 opens; most came in 2024."""
    draw = stream("tech/book")
    customers = []
    for number in range(ACCOUNTS):
        year = draw.choices([2022, 2023, 2024], [6, 14, 80])[0]
        first_month = 7 if year == 2022 else 1
        started_on = date(year, draw.randint(first_month, 12), draw.randint(1, 28))
        customers.append(_draw_customer(draw, number, started_on))
    return customers


def _take(
    customers: Iterable[Customer],
    wanted: int,
    story: str,
    fits: Callable[[Customer], bool],
) -> list[Customer]:
    """Give the first fitting customers without a story this one."""
    free = (c for c in customers if not c.story and fits(c))
    taken = [customer for customer, _ in zip(free, range(wanted), strict=False)]
    if len(taken) < wanted:
        raise ValueError(f"only {len(taken)} of {wanted} customers for {story!r}")
    for customer in taken:
        customer.story = story
    return taken


def _below_5000(customer: Customer) -> bool:
    return customer.product_id != "BUSINESS"


def _renews_between(first: date, last: date) -> Callable[[Customer], bool]:
    return lambda c: (
        first <= c.renews_on <= last and _below_5000(c) and c.seats >= LEAST_SEATS
    )


# --- Who needs a person in the fourth quarter -------------------------------------


def _plan_helped(customers: list[Customer]) -> None:
    _plan_signals(customers)
    for nth, customer in enumerate(
        _take(customers, HELPED["declines"], "declines", lambda c: not _below_5000(c))
    ):
        turns_on = date(2025, 10, 6) + timedelta(days=7 * (nth % 7))
        customer.conditions = [(customer.started_on, GOOD), (turns_on, MIDDLING)]

    leavers = _take(
        customers,
        TURNS_BAD_AND_LEAVES,
        "turns bad",
        _renews_between(date(2025, 11, 24), date(2025, 12, 22)),
    )
    stayers = _take(
        customers,
        HELPED["turns bad"] - TURNS_BAD_AND_LEAVES,
        "turns bad",
        _renews_between(date(2025, 3, 15), date(2025, 9, 10)),
    )
    for nth, customer in enumerate([*leavers, *stayers]):
        turns_on = date(2025, 10, 6) + timedelta(days=7 * (nth % 3))
        customer.conditions = [(customer.started_on, MIDDLING), (turns_on, BAD)]
    _plan_leaving(leavers)

    _take(customers, HELPED["critical ticket"], "critical ticket", _below_5000)

    leavers = _take(
        customers,
        ENDS_SOON_AND_LEAVES,
        "ends soon",
        _renews_between(date(2025, 10, 20), date(2025, 12, 28)),
    )
    stayers = _take(
        customers,
        HELPED["ends soon"] - ENDS_SOON_AND_LEAVES,
        "ends soon",
        _renews_between(date(2025, 1, 5), date(2025, 2, 20)),
    )
    for nth, customer in enumerate([*leavers, *stayers]):
        turned_on = date(2025, 8, 11) + timedelta(days=7 * (nth % 3))
        customer.conditions = [(customer.started_on, MIDDLING), (turned_on, BAD)]
    _plan_leaving(leavers)


def _plan_signals(customers: list[Customer]) -> None:
    groups = {
        "upgrades": [before for before, _ in UPGRADES],
        "answers": ANSWERED_SEATS,
        "silent": SILENT_SEATS,
    }
    for campaign, seats in groups.items():
        chosen = _take(customers, len(seats), "signal", lambda c: not _below_5000(c))
        for customer, quantity in zip(chosen, seats, strict=True):
            customer.campaign, customer.seats = campaign, quantity
            if campaign == "upgrades":
                nth = seats.index(quantity)
                customer.change_on = FIRST_UPGRADE_ON + timedelta(days=nth)
                customer.new_seats = UPGRADES[nth][1]
                customer.new_product_id = "SCALE"
                customer.change_reason = "upgrade"
    for customer in _take(
        customers,
        MINOR_SIGNALS,
        "signal",
        lambda c: c.product_id == "PREMIUM" and c.seats >= 20,
    ):
        customer.campaign = "not prioritised"


# --- How the year's revenue goes ---------------------------------------------------


def _plan_leaving(customers: Iterable[Customer]) -> None:
    for nth, customer in enumerate(customers):
        customer.leaves_on = customer.renews_on
        customer.churn_reason = ["no_adoption", "competitor", "price"][nth % 3]


def _plan_year(customers: list[Customer]) -> None:
    """Let customers leave, shrink and grow up to the year's shares of opening ARR."""
    draw = stream("tech/year")
    free = [c for c in customers if not c.story]
    draw.shuffle(free)
    _give_discounts(free)
    opening = sum(c.opening_arr for c in customers)
    left = sum(c.opening_arr for c in customers if c.leaves_on)
    _plan_churn(free, opening * CHURN - left, draw)
    _plan_contraction(free, opening * CONTRACTION, draw)
    grown = sum(c.new_arr() - c.opening_arr for c in customers if c.change_on)
    shrunk = sum(c.opening_arr - c.new_arr() for c in customers if c.story == "shrinks")
    _plan_expansion(free, opening * EXPANSION - grown - shrunk, draw)


def _give_discounts(free: list[Customer]) -> None:
    """Give some newcomers of 2024 a fifth off their first year."""
    for customer in _take(
        free, FIRST_YEAR_DISCOUNTS, "discount ends", lambda c: c.started_on.year == 2024
    ):
        customer.first_year_discount = 20
        customer.change_on = customer.renews_on
        customer.change_reason = "discount_ended"


def _plan_churn(free: list[Customer], target: Decimal, draw: random.Random) -> None:
    """Let customers leave when their year ends; few of the quarter's go unseen."""
    for customer in free:
        if target <= 0:
            return
        in_quarter = customer.renews_on >= QUARTER_STARTS
        if customer.story or (in_quarter and draw.random() < 0.6):
            continue
        customer.story = "leaves"
        customer.leaves_on = customer.renews_on
        customer.churn_reason = draw.choice(["price", "out_of_business", "competitor"])
        if not in_quarter:
            faded_on = customer.leaves_on - timedelta(days=75)
            customer.conditions = [(customer.started_on, GOOD), (faded_on, BAD)]
        target -= customer.opening_arr


def _plan_contraction(
    free: list[Customer], target: Decimal, draw: random.Random
) -> None:
    """Let customers take fewer seats or a smaller plan at their renewal.

    Only before September, so that no account looks at risk before a term's end in the
    fourth quarter while it uses fewer seats than it still pays for.
    """
    for customer in free:
        if target <= 0:
            return
        if customer.story or not customer.renews_on < date(2025, 9, 1):
            continue
        if customer.product_id == "PREMIUM" and draw.random() < 0.3:
            customer.new_product_id = "TEAM"
            customer.change_reason = "downgrade"
        elif customer.seats >= 8:
            customer.new_seats = round(customer.seats * draw.uniform(0.65, 0.8))
            customer.change_reason = "seats_removed"
        else:
            continue
        customer.story = "shrinks"
        customer.change_on = customer.renews_on
        target -= customer.opening_arr - customer.new_arr()


def _plan_expansion(free: list[Customer], target: Decimal, draw: random.Random) -> None:
    """Let customers take more seats, a larger plan or a higher price, below 10,000."""
    for customer in free:
        if target <= 0:
            return
        if customer.story:
            continue
        kind = draw.choices(["seats", "plan", "price"], [65, 20, 15])[0]
        if kind == "seats":
            customer.new_seats = round(customer.seats * draw.uniform(1.3, 1.7))
            customer.change_reason = "seats_added"
        elif kind == "plan":
            larger = {"TEAM": "PREMIUM", "PREMIUM": "BUSINESS"}
            customer.new_product_id = larger.get(customer.product_id, "BUSINESS")
            customer.change_reason = "upgrade"
        else:
            customer.new_price = SEAT_PRICE[customer.product_id] * Decimal("1.1")
            customer.change_reason = "price_increase"
        if not customer.opening_arr < customer.new_arr() < 9900:
            customer.new_seats = customer.new_product_id = customer.new_price = None
            continue
        customer.story = "grows"
        customer.change_on = customer.renews_on
        if kind == "seats" and draw.random() < 0.15:
            within = draw.randrange(40, 320)
            customer.change_on = min(
                YEAR_STARTS + timedelta(days=within), date(2025, 12, 20)
            )
        target -= customer.new_arr() - customer.opening_arr


def _plan_steady_troubles(customers: list[Customer]) -> None:
    """Let some do so-so or badly for long, whose terms end far from the quarter."""
    far = _renews_between(date(2025, 3, 20), date(2025, 9, 10))
    for wanted, story, condition in (
        (STEADILY_MIDDLING, "steadily so-so", MIDDLING),
        (STEADILY_BAD, "steadily bad", BAD),
    ):
        for customer in _take(customers, wanted, story, far):
            customer.conditions = [(customer.started_on, condition)]


def _replacements(customers: list[Customer]) -> list[Customer]:
    """Return a newcomer in the month in which each customer left, for its CSM."""
    draw = stream("tech/newcomers")
    newcomers = []
    for customer in customers:
        if customer.leaves_on:
            joined_on = customer.leaves_on.replace(day=draw.randint(1, 28))
            newcomer = _draw_customer(draw, len(customers) + len(newcomers), joined_on)
            newcomer.csm_id = customer.csm_id
            newcomers.append(newcomer)
    return newcomers


def _left_in_2024(first_number: int) -> list[Customer]:
    draw = stream("tech/left in 2024")
    left = []
    for nth in range(LEFT_IN_2024):
        started_on = date(2023, draw.randint(1, 12), draw.randint(1, 28))
        customer = _draw_customer(draw, first_number + nth, started_on)
        customer.leaves_on = started_on.replace(year=2024)
        customer.churn_reason = draw.choice(["price", "no_adoption"])
        customer.csm_id = CSMS[nth % len(CSMS)]
        left.append(customer)
    return left


# --- What the systems see ------------------------------------------------------------


def _account(customer: Customer) -> Account:
    leaves_on = customer.leaves_on
    account = Account(
        account_id=f"T{customer.number + 1:04d}",
        name=small_company_name(customer.number + 1),
        book=Book.TECH_TOUCH,
        csm_id=customer.csm_id,
        employees=customer.seats * 2 + customer.number % 7,
        created_on=customer.started_on,
        subscriptions=[
            Subscription(
                "1",
                customer.started_on,
                _items(customer),
                ended_on=leaves_on,
                auto_renews=leaves_on is None,
                cancel_requested_on=leaves_on
                and leaves_on - timedelta(days=10 + customer.number % 30),
                churn_reason=customer.churn_reason,
            )
        ],
        conditions=customer.conditions,
        **place(customer.number),
    )
    # More or fewer seats are not more or fewer people at work on the day.
    if customer.story in ("shrinks", "grows"):
        active = _usual_users(min(customer.seats, customer.new_seats or 99))
        account.usage = [UsageStep(customer.started_on, active)]
    if customer.story == "grows" and customer.new_seats and customer.change_on:
        more = _usual_users(customer.new_seats)
        account.usage.append(UsageStep(customer.change_on, more, 14))
    helper = HELPERS.get(customer.story)
    if helper:
        helper(account, customer)
    return account


def _items(customer: Customer) -> list[Item]:
    item = Item(
        customer.product_id,
        SEAT_PRICE[customer.product_id],
        customer.seats,
        discount_percent=customer.first_year_discount,
    )
    if customer.change_on is None:
        return [item]
    product_id = customer.new_product_id or customer.product_id
    return changed(
        item,
        customer.change_on,
        customer.change_reason,
        product_id=product_id,
        unit_price=customer.new_price or SEAT_PRICE[product_id],
        quantity=customer.new_seats or customer.seats,
        discount_percent=0,
    )


def _human(account: Account, kind: str, purpose: str, day: date, minutes: int) -> None:
    latest = min(AS_OF, account.last_day)
    day = min(on_business_day(day), latest)
    account.touches.append(
        Touch(
            kind,
            purpose,
            at(day, 9 + int(account.account_id[1:]) % 8),
            minutes,
            csm_id=account.csm_id,
        )
    )


def _help_signal(account: Account, customer: Customer) -> None:
    """Let usage come near the seats bought, and the campaign find its answer."""
    account.usage = [
        UsageStep(customer.started_on, _usual_users(customer.seats)),
        UsageStep(SIGNAL_SHOWS_ON, _near_limit(customer.seats)),
    ]
    account.sessions_per_user = SIGNAL_SESSIONS
    _human(account, "email", "expansion", CAMPAIGN_ON, 5)
    if customer.campaign == "not prioritised":
        return
    if customer.campaign != "silent":
        called_on = CAMPAIGN_ON + timedelta(days=1 + customer.number % 2)
        _human(account, "call", "expansion", called_on, 10)
    if customer.campaign == "upgrades" and customer.change_on:
        more = _near_limit(customer.new_seats or 0)
        account.usage.append(UsageStep(customer.change_on, more))
        closes_on, outcome = customer.change_on, "closed_won"
        amount = customer.new_arr() - customer.opening_arr
    else:
        closes_on, outcome = date(2025, 12, 3), "closed_lost"
        amount = Decimal(5000)
    account.opportunities.append(
        sale(
            "expansion",
            amount,
            closes_on,
            outcome,
            days_open=(closes_on - CAMPAIGN_ON).days,
            expansion_type="tier",
            product_id="SCALE",
            source="product",
        )
    )


def _usual_users(seats: int) -> int:
    """Return the users of some seats in an account that does well."""
    return round(TECH_STRENGTHS[GOOD].seats_active * seats)


def _near_limit(seats: int) -> int:
    """Return the fewest users that are NEAR_LIMIT of some seats."""
    return ceil(NEAR_LIMIT * seats)


def _help_declining(account: Account, customer: Customer) -> None:
    before = _usual_users(customer.seats)
    turned_on = customer.conditions[-1][0]
    account.usage = [
        UsageStep(customer.started_on, before),
        UsageStep(turned_on, round(DECLINES_TO * before), 6),
    ]
    _human(account, "call", "rescue", turned_on + timedelta(days=HELPED_AFTER_DAYS), 15)


def _help_turned_bad(account: Account, customer: Customer) -> None:
    turned_on = customer.conditions[-1][0]
    _human(
        account, "email", "rescue", turned_on + timedelta(days=HELPED_AFTER_DAYS), 10
    )


def _help_critical(account: Account, customer: Customer) -> None:
    opened_on = QUARTER_STARTS + timedelta(days=5 + customer.number % 70)
    hours = 60 + customer.number % 60
    ticket: Ticket = critical(opened_on, hours)
    account.tickets.append(ticket)
    _human(account, "call", "rescue", opened_on + timedelta(days=3), 20)


def _help_ending(account: Account, customer: Customer) -> None:
    """Call about the renewal; of those who stay, half say that they will not."""
    term_end = customer.renews_on
    if customer.leaves_on is None:
        term_end = add_months(term_end, 12)
        subscription = account.subscriptions[0]
        if customer.number % 2:
            subscription.auto_renews = False
            subscription.cancel_requested_on = date(2025, 12, 18)
    call_on = max(QUARTER_STARTS + timedelta(days=6), term_end - timedelta(days=45))
    _human(account, "call", "renewal", call_on, 15)


HELPERS: dict[str, Callable[[Account, Customer], None]] = {
    "signal": _help_signal,
    "declines": _help_declining,
    "turns bad": _help_turned_bad,
    "critical ticket": _help_critical,
    "ends soon": _help_ending,
}
"""What a person does for the 240, and what else shows why."""


def _add_automation(accounts: list[Account]) -> None:
    """Send campaigns: to a quarter of the book each quarter, to all in the fourth.

    Of each quarter's messages exactly 6 % bounce, to the nearest message.
    """
    sent: dict[int, int] = defaultdict(int)
    for quarter in range(4):
        starts_on = date(2025, 1 + 3 * quarter, 1)
        for number, account in enumerate(accounts):
            if quarter < 3 and (number + quarter) % 4:
                continue
            day = starts_on + timedelta(days=number * 11 % 88)
            if not account.customer_from <= day <= account.last_day:
                continue
            before = sent[quarter] * BOUNCED_PERCENT // 100
            sent[quarter] += 1
            bounced = sent[quarter] * BOUNCED_PERCENT // 100 > before
            account.touches.append(
                Touch(
                    AUTOMATED_KINDS[number % len(AUTOMATED_KINDS)],
                    None,
                    at(day, 6),
                    status="bounced" if bounced else "delivered",
                )
            )
