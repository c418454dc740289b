"""What a planned account is, and how strongly its condition shows in the raw rows.

A book plans accounts; every system then writes rows from the same plan. The condition
of an account (good, middling, bad) is never written out: it decides how much the
account is used, how its tickets go, whom we know there, and how often it is met.

To tune health, change `STRENGTHS` (managed books), `TECH_STRENGTHS` (self-service) or
the condition dates that the books give.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

NEVER = date(9999, 12, 31)

SEED = "bowtie sample company 1"

AS_OF = date(2025, 12, 31)
HISTORY_STARTS = date(2024, 1, 1)
YEAR_STARTS = date(2025, 1, 1)
QUARTER_STARTS = date(2025, 10, 1)
TECH_USAGE_STARTS = date(2025, 7, 7)
"""First Monday of the self-service book's usage: 26 weeks are what 15 MB can hold, and
at the start of the fourth quarter they give 60 days and a baseline before them."""


def stream(name: str) -> random.Random:
    """Return an independent random stream; adding one never moves another."""
    return random.Random(f"{SEED}/{name}")


class Condition(StrEnum):
    """How an account is doing, as the plan wants the raw rows to show it."""

    GOOD = "green"
    MIDDLING = "yellow"
    BAD = "red"


class Book(StrEnum):
    """Who looks after an account, hence how it is met and which tools see it."""

    ENTERPRISE = "high"
    MID_MARKET = "mid"
    LOW_TOUCH = "low"
    TECH_TOUCH = "tech"


@dataclass(frozen=True)
class Strength:
    """What one condition looks like in the raw rows of a managed account."""

    seats_active: float
    """Active users a day / seats bought."""
    features_used: float
    """Share of the product's features in use."""
    sessions_per_user: float
    days_between_tickets: int
    resolution_hours: int
    keeps_tickets_open: bool
    """Every second ticket stays open until the next one comes."""
    escalated_every: int
    """Every n-th ticket is escalated; 0 is never."""
    satisfaction: int
    days_between_qbrs: int
    """0: none is held."""
    no_show_every: int
    """Every n-th planned meeting is missed; 0 is never."""
    nps: int
    knows_executive: bool
    has_champion: bool
    keeps_milestones: str
    """all | every second | none of those due are reached."""


STRENGTHS: dict[Condition, Strength] = {
    Condition.GOOD: Strength(
        seats_active=0.80,
        features_used=0.90,
        sessions_per_user=2.6,
        days_between_tickets=50,
        resolution_hours=9,
        keeps_tickets_open=False,
        escalated_every=0,
        satisfaction=5,
        days_between_qbrs=80,
        no_show_every=0,
        nps=9,
        knows_executive=True,
        has_champion=True,
        keeps_milestones="all",
    ),
    Condition.MIDDLING: Strength(
        seats_active=0.55,
        features_used=0.50,
        sessions_per_user=1.7,
        days_between_tickets=20,
        resolution_hours=60,
        keeps_tickets_open=True,
        escalated_every=0,
        satisfaction=3,
        days_between_qbrs=0,
        no_show_every=4,
        nps=7,
        knows_executive=False,
        has_champion=True,
        keeps_milestones="every second",
    ),
    Condition.BAD: Strength(
        seats_active=0.24,
        features_used=0.25,
        sessions_per_user=1.1,
        days_between_tickets=11,
        resolution_hours=200,
        keeps_tickets_open=True,
        escalated_every=2,
        satisfaction=1,
        days_between_qbrs=0,
        no_show_every=2,
        nps=2,
        knows_executive=False,
        has_champion=False,
        keeps_milestones="none",
    ),
}


@dataclass(frozen=True)
class TechStrength:
    """What one condition looks like in a self-service account: little but its use."""

    seats_active: float
    """Active users a week / seats bought."""
    sessions_per_user: float
    """A week."""
    writes_ticket: float
    """Share of accounts that write to the help desk in half a year."""
    answers_survey: bool


TECH_STRENGTHS: dict[Condition, TechStrength] = {
    Condition.GOOD: TechStrength(0.78, 3.0, 0.10, True),
    # Who half uses it, or hardly, does not write either: so that nothing but a change
    # of use moves these accounts from one band to another.
    Condition.MIDDLING: TechStrength(0.38, 1.4, 0.0, True),
    Condition.BAD: TechStrength(0.12, 1.0, 0.0, False),
}

DAYS_BETWEEN_TOUCHES: dict[Book, dict[Condition, int]] = {
    Book.ENTERPRISE: {Condition.GOOD: 11, Condition.MIDDLING: 8, Condition.BAD: 5},
    Book.MID_MARKET: {Condition.GOOD: 27, Condition.MIDDLING: 13, Condition.BAD: 5},
    Book.LOW_TOUCH: {Condition.GOOD: 75, Condition.MIDDLING: 35, Condition.BAD: 14},
}
"""Self-service accounts are met by automation, and by people only when they need it."""

GROWS_OVER_DAYS = 35
SHRINKS_OVER_DAYS = 6


@dataclass(frozen=True)
class Item:
    """A priced line of a subscription; no dates means the subscription's own life."""

    product_id: str
    unit_price: Decimal
    quantity: int = 1
    interval: str = "year"
    interval_count: int = 1
    discount_percent: int = 0
    charge_type: str = "recurring"
    currency: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    change_reason: str | None = None

    @property
    def price(self) -> Decimal:
        """The price of one billing interval, in the item's currency, to the cent."""
        discounted = self.unit_price * (100 - self.discount_percent) / 100
        return (self.quantity * discounted).quantize(Decimal("0.01"))


@dataclass
class Subscription:
    """A subscription as the biller keeps it; `key` is unique within the account."""

    key: str
    started_on: date
    items: list[Item]
    term_months: int | None = 12
    ended_on: date | None = None
    term_ends_on: date | None = None
    """Where it is not the next anniversary after the as-of day."""
    auto_renews: bool = True
    notice_days: int | None = None
    cancel_requested_on: date | None = None
    churn_reason: str | None = None
    trial_ends_on: date | None = None
    status: str | None = None
    """Where it does not follow from the dates."""
    renewed_from: str | None = None
    billed_as: str | None = None
    """The billing customer, where the biller does not know the CRM id."""
    pauses: list[tuple[date, date | None]] = field(default_factory=list)
    leaves_invoices_unpaid_from: date | None = None
    odd_invoices: dict[date, str] = field(default_factory=dict)
    """Issued on -> `void` (and issued anew the same day) or `uncollectible`."""
    tax_percent: int = 0


@dataclass(frozen=True)
class UsageStep:
    """From `starts_on`, active users move to `active_users` within `over_days`."""

    starts_on: date
    active_users: float
    over_days: int = 0


@dataclass(frozen=True)
class Ticket:
    """A support ticket that the plan wants by name."""

    created_at: datetime
    solved_at: datetime | None
    priority: str = "normal"
    is_escalated: bool = False
    category: str = "how-to"
    subject: str = "How do I do this?"
    satisfaction: int | None = None


@dataclass(frozen=True)
class Touch:
    """An activity that the plan wants by name."""

    activity_type: str
    purpose: str | None
    occurred_at: datetime
    duration_minutes: int | None = None
    status: str = "completed"
    csm_id: str | None = None
    contact_key: str | None = None


@dataclass(frozen=True)
class Person:
    """A contact that the plan wants by name; `key` is unique within the account."""

    key: str
    title: str
    persona: str
    created_on: date
    left_on: date | None = None


@dataclass(frozen=True)
class Opportunity:
    """A sale; `path` is its stages with the days on which it entered them."""

    opportunity_type: str
    amount: Decimal
    created_on: date
    path: Sequence[tuple[str, date]]
    expansion_type: str | None = None
    product_id: str | None = None
    subscription_key: str | None = None
    source: str = "csm"
    currency: str | None = None
    expected_close_on: date | None = None


@dataclass
class Account:
    """One planned account: what is true of it, from which every system writes."""

    account_id: str
    name: str
    book: Book
    csm_id: str | None
    industry: str
    region: str
    country: str
    employees: int
    created_on: date
    domain: str | None = None
    parent_account_id: str | None = None
    merged_into_account_id: str | None = None
    updated_on: date | None = None
    subscriptions: list[Subscription] = field(default_factory=list)
    owners: list[tuple[str, date, date | None]] = field(default_factory=list)
    """Owner periods, where it was not one owner from the first day on."""
    conditions: list[tuple[date, Condition]] = field(default_factory=list)
    """(from, condition), oldest first; the first also holds before."""
    usage: list[UsageStep] | None = None
    """Exact usage; where none, it follows from seats and conditions."""
    has_usage: bool = True
    sessions_per_user: float | None = None
    features_used: int | None = None
    never_had_executive: bool = False
    people: list[Person] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    opportunities: list[Opportunity] = field(default_factory=list)
    advocacy: list[tuple[str, date]] = field(default_factory=list)
    surveys: list[tuple[str, int, date]] = field(default_factory=list)

    @property
    def customer_from(self) -> date:
        """The first day of the first subscription, else of the account."""
        starts = [s.started_on for s in self.subscriptions]
        return min(starts, default=self.created_on)

    @property
    def customer_until(self) -> date | None:
        """The day after the last subscription ended; none while one runs."""
        ends = [s.ended_on for s in self.subscriptions]
        return None if None in ends else max(filter(None, ends), default=None)

    def end_of(self, subscription: Subscription) -> date:
        """Return the day from which a subscription, or what renewed it, is over."""
        ends = [subscription.ended_on or NEVER]
        ends += [
            other.started_on
            for other in self.subscriptions
            if other.renewed_from == subscription.key
        ]
        return min(ends)

    @property
    def last_day(self) -> date:
        """The last day on which systems see the account as a customer."""
        until = self.customer_until
        return AS_OF if until is None else min(AS_OF, until - timedelta(days=1))

    def condition_on(self, day: date) -> Condition:
        """Return how the account is doing on a day."""
        current = self.conditions[0][1] if self.conditions else Condition.GOOD
        for starts_on, condition in self.conditions:
            if starts_on > day:
                break
            current = condition
        return current

    def strength_on(self, day: date) -> Strength:
        """Return what the condition on a day looks like in raw rows."""
        return STRENGTHS[self.condition_on(day)]
