"""One account's life: who it is, and what is kept of all that it does.

A `Life` gathers what one account does in the order in which it happens. Usage and
wellbeing are kept as knots, (day, level), joined by straight lines; the modules that
write usage, tickets, surveys and touches read those lines and add noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from random import Random

from bowtie.simulator.catalogue import (
    COUNTRIES,
    INDUSTRIES,
    REPORTING_CURRENCY,
    SEGMENTS,
    Segment,
)
from bowtie.simulator.contracts import Subscription, local_arr_cents
from bowtie.simulator.settings import BLOCK, Settings

# Of fewer accounts a single unknown biller could have more than the 0.1 % of ARR that
# keeps a company from its readers (DECISIONS G4).
_STRAYS_FROM = 500


@dataclass(slots=True)
class Outcome:
    """One planned change of ARR; `lead` days of behaviour precede `effective`."""

    number: int
    kind: str
    cause: str
    decided: int
    effective: int
    lead: int
    realised: bool = True


@dataclass(slots=True)
class Signal:
    """One planted behaviour, and the outcome (or recovery) that it belongs to."""

    name: str
    starts: int
    ends: int | None
    leads_to: str
    outcome: int | None


@dataclass(slots=True)
class Deal:
    """One opportunity; `closes` is None while it is open at the as-of date."""

    kind: str
    expansion: str | None
    product: str | None
    subscription: int | None
    amount_cents: int
    source: str
    created: int
    expected: int
    closes: int | None
    won: bool


@dataclass(slots=True)
class Life:
    """Everything that one account does."""

    account: int
    kind: str
    segment: Segment
    segment_code: int
    quality: float
    country: int
    industry: str
    currency: str
    rate_e8: int
    start: int
    billing: tuple[float, str, int, int]
    auto_renews: bool | None
    renews_anew: bool
    utilisation: float
    related: int | None = None
    created: int = 0
    stray_billing: bool = False
    subscriptions: list[Subscription] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    users: list[tuple[float, float]] = field(default_factory=list)
    wellbeing: list[tuple[float, float]] = field(default_factory=list)
    seats: list[tuple[int, int]] = field(default_factory=list)
    spans: list[list[int | None]] = field(default_factory=list)
    add_on_use: list[list] = field(default_factory=list)
    hot_tickets: list[tuple[int, bool, float, str]] = field(default_factory=list)
    poor_surveys: list[int] = field(default_factory=list)
    overdue: list[tuple[int, int | None]] = field(default_factory=list)
    champion_moves: list[tuple[int, int | None]] = field(default_factory=list)
    rescues: list[tuple[int, int, bool | None]] = field(default_factory=list)
    renewal_reviews: list[int] = field(default_factory=list)
    discount_ends: int | None = None

    @property
    def main(self) -> Subscription:
        """The subscription that carries the plan."""
        return next(s for s in reversed(self.subscriptions) if s.is_main)

    @property
    def net_days(self) -> int:
        """Days from an invoice to its due date; cards are charged at once."""
        return 0 if self.segment.touch == "tech" else 30

    def level(self, knots: list[tuple[float, float]]) -> float:
        """Return the level a line of knots has reached."""
        return knots[-1][1]

    def ramp(
        self, knots: list[tuple[float, float]], start: float, end: float, level: float
    ) -> None:
        """Continue a line flat to `start`, then straight to `level` at `end`."""
        start = max(start, knots[-1][0])
        knots.append((start, knots[-1][1]))
        knots.append((max(end, start + 1), level))

    def local_arr(self) -> int:
        """Return the ARR of all open items, in cents of the account's currency."""
        return sum(
            local_arr_cents(item, s.interval, s.count)
            for s in self.subscriptions
            if s.end is None and not s.lapsed
            for item in s.open_items()
        )

    def plan(
        self, kind: str, cause: str, decided: int, effective: int, lead: int
    ) -> Outcome:
        """Record a planned outcome."""
        number = len(self.outcomes) + 1
        outcome = Outcome(number, kind, cause, decided, effective, lead)
        self.outcomes.append(outcome)
        return outcome

    def signal(
        self, name: str, starts: int, ends: int | None, outcome: Outcome | str
    ) -> None:
        """Record a planted behaviour."""
        if isinstance(outcome, Outcome):
            self.signals.append(
                Signal(name, starts, ends, outcome.kind, outcome.number)
            )
        else:
            self.signals.append(Signal(name, starts, ends, outcome, None))


def _kind_of(settings: Settings, account: int) -> str:
    """Return what an account is, from its own stream only."""
    draw = settings.account_chance(account, purpose=1).random()
    for kind, share in (
        ("prospect", 0.02),
        ("test", 0.004),
        ("merged", 0.006),
        ("child", 0.02),
    ):
        draw -= share
        if draw < 0:
            return kind
    return "customer"


def _relative(settings: Settings, account: int, allowed: tuple[str, ...]) -> int | None:
    """Return the nearest earlier account of the block that may be parent or survivor.

    Earlier, so that hierarchies have no cycle and nothing refers to an account that
    a smaller company does not have.
    """
    for other in range(account - 1, account - account % BLOCK - 1, -1):
        if _kind_of(settings, other) in allowed:
            return other
    return None


def _pick(chance: Random, weighted: tuple) -> tuple:
    """Return one of several tuples whose first field is its weight."""
    draw = chance.random() * sum(option[0] for option in weighted)
    for option in weighted:
        draw -= option[0]
        if draw < 0:
            return option
    return weighted[-1]


def new_life(settings: Settings, account: int, rates: dict[str, int]) -> Life:
    """Draw who an account is; it has signed nothing yet."""
    chance = settings.account_chance(account)
    kind = _kind_of(settings, account)
    related = None
    if kind == "merged":
        related = _relative(settings, account, ("customer", "child", "merged"))
    elif kind == "child":
        related = _relative(settings, account, ("customer", "child"))
    if related is None and kind in ("merged", "child"):
        kind = "customer"
    draw = chance.random()
    for code, segment in enumerate(SEGMENTS):  # noqa: B007 - the last one catches all
        draw -= segment.share
        if draw < 0:
            break
    if kind in ("merged", "test"):
        code, segment = len(SEGMENTS) - 2, SEGMENTS[-2]
    country = _pick(
        chance, tuple((c[3], number) for number, c in enumerate(COUNTRIES))
    )[1]
    currency = COUNTRIES[country][2]
    quality = chance.gauss(0, 1)
    return Life(
        account=account,
        kind=kind,
        segment=segment,
        segment_code=code,
        quality=quality,
        country=country,
        industry=chance.choice(INDUSTRIES),
        currency=currency,
        rate_e8=10**8 if currency == REPORTING_CURRENCY else rates[currency],
        start=_first_day(settings, chance),
        billing=_pick(chance, segment.billing),
        # A few billers leave the flag empty, which counts as true.
        auto_renews=(
            (True if chance.random() > 0.03 else None)
            if chance.random() < segment.auto_renews
            else False
        ),
        renews_anew=chance.random() < segment.renews_in_new_subscription,
        utilisation=0.25 + 0.55 / (1 + math.exp(-0.2 - 0.7 * quality)),
        related=related,
        stray_billing=chance.random() < 0.002 and account >= _STRAYS_FROM,
    )


def _first_day(settings: Settings, chance: Random) -> int:
    """Return a sign-up day: two in three before the window, more of them late."""
    if chance.random() < 0.65:
        reach = settings.window_start - settings.oldest_start
        return settings.window_start - 1 - int((reach - 1) * chance.random() ** 1.4)
    return settings.window_start + chance.randrange(settings.days)
