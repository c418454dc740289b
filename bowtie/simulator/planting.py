"""Behaviour that is planted ahead of an outcome, and when the outcome comes."""

from __future__ import annotations

import math
from random import Random

from bowtie.simulator.calendar import add_months
from bowtie.simulator.catalogue import PRODUCTS
from bowtie.simulator.contracts import PERIODS_A_YEAR, Subscription, local_price
from bowtie.simulator.lives import Life, Outcome
from bowtie.simulator.settings import Settings

LEAD_DAYS = (30, 120)
# A day that never comes: the account's life is over.
NEVER = 1 << 40


def list_price(life: Life, main: Subscription, product: str, chance: Random) -> int:
    """Return what a plan costs an account for one billing period, in 1e-4."""
    months = 12 / PERIODS_A_YEAR[main.interval] * main.count
    dollars = PRODUCTS[product].monthly_price * months * chance.uniform(0.85, 1.1)
    return local_price(dollars, life.currency, life.rate_e8)


def contract_day(
    life: Life, settings: Settings, chance: Random, day: int, at_term_end: bool
) -> tuple[int, int]:
    """Return (lead, effective day) for a change whose behaviour starts after `day`.

    At a term end where asked; otherwise at the next billing period.
    """
    main = life.main
    lead = draw_lead(chance)
    if at_term_end and not main.rolls:
        effective = main.term_end
        terms = 0
        while effective < day + LEAD_DAYS[0]:
            terms += 1
            effective = _term_end_after(main, terms)
        return min(lead, effective - day), effective
    effective = main.next_boundary(day + min(lead, 85))
    if effective - day > LEAD_DAYS[1]:
        # Long billing periods: the change falls inside one and is pro-rated.
        effective = day + lead
    return effective - day, effective


def draw_lead(chance: Random) -> int:
    """Draw a lead time; long ones are likelier than short ones."""
    low, high = LEAD_DAYS
    return low + int((high - low + 1) * math.sqrt(chance.random()))


def _term_end_after(main: Subscription, terms: int) -> int:
    """Return the end of the `terms`-th term after the current one."""
    return add_months(main.anchor, main.term_months * (main.terms_done + 1 + terms))


def drop_in_use(
    life: Life, start: int, lead: int, depth: float, outcome: Outcome | str
) -> None:
    """Plant falling usage from `start`, complete after a third of the lead."""
    life.ramp(
        life.users,
        start,
        start + max(12, int(lead * 0.33)),
        life.level(life.users) * (1 - depth),
    )
    life.signal("usage_decline", start, None, outcome)


def sour(life: Life, start: int, lead: int, by: float) -> None:
    """Lower wellbeing from `start`: tickets, surveys and sentiment follow it."""
    level = life.level(life.wellbeing) - by
    life.ramp(life.wellbeing, start, start + max(10, int(lead * 0.4)), level)


def hot_tickets(
    life: Life, chance: Random, start: int, lead: int, outcome: Outcome | str
) -> None:
    """Plant critical tickets that stay open for long, some of them escalated."""
    escalated = chance.random() < 0.6
    span = max(5, int(lead * 0.6))
    for number in range(chance.randrange(2, 5)):
        day = start + (0 if number == 0 else chance.randrange(span))
        life.hot_tickets.append(
            (
                day,
                escalated and (number == 0 or chance.random() < 0.5),
                chance.uniform(3, 18),
                "critical" if number == 0 or chance.random() < 0.7 else "high",
            )
        )
    life.signal("critical_tickets", start, start + span, outcome)
    if escalated:
        life.signal("escalated_tickets", start, start + span, outcome)


def poor_survey(
    life: Life, chance: Random, start: int, lead: int, outcome: Outcome | str
) -> None:
    """Plant an NPS answer of 0 to 5 in the first part of the lead."""
    day = start + int(lead * chance.uniform(0.1, 0.6))
    life.poor_surveys.append(day)
    life.signal("detractor_nps", day, None, outcome)
