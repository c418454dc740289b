"""The help desk: tickets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from bowtie.sample_company.calendar import at, on_business_day
from bowtie.sample_company.plan import (
    AS_OF,
    HISTORY_STARTS,
    TECH_STRENGTHS,
    TECH_USAGE_STARTS,
    Account,
    Book,
    Condition,
    Ticket,
    stream,
)
from bowtie.sample_company.writer import RawRows

SUBJECTS = [
    ("how-to", "How do I share a report with a colleague?"),
    ("bug", "The export stops half way"),
    ("access", "A new colleague cannot sign in"),
    ("integration", "The nightly sync shows yesterday's data"),
    ("billing", "Please send the invoice again"),
]

CLEARED_AFTER_DAYS = 10
"""When an account turns good, what it left open is solved within this."""


def write_support(rows: RawRows, accounts: Sequence[Account]) -> None:
    """Write the tickets, in the order in which they came."""
    tickets: list[tuple[Account, Ticket]] = []
    for account in accounts:
        if not account.subscriptions:
            continue
        is_tech = account.book is Book.TECH_TOUCH
        usual = _self_service_tickets(account) if is_tech else _tickets(account)
        tickets += [(account, ticket) for ticket in [*usual, *account.tickets]]
    tickets.sort(key=lambda pair: (pair[1].created_at, pair[0].account_id))
    for account, ticket in tickets:
        _write_ticket(rows, account, ticket)


def _write_ticket(rows: RawRows, account: Account, ticket: Ticket) -> None:
    responded_at = ticket.created_at + timedelta(
        hours=1 if ticket.priority in ("high", "critical") else 3
    )
    if ticket.solved_at is not None:
        responded_at = min(responded_at, ticket.solved_at)
    rows.add(
        "support_tickets",
        ticket_id=f"K{rows.number('support_tickets'):05d}",
        account_id=account.account_id,
        subject=ticket.subject,
        category=ticket.category,
        priority=ticket.priority,
        is_escalated=ticket.is_escalated,
        created_at=ticket.created_at,
        first_responded_at=responded_at if responded_at < at(AS_OF, 23, 59) else None,
        solved_at=ticket.solved_at,
        satisfaction_score=ticket.satisfaction if ticket.solved_at else None,
    )


def _tickets(account: Account) -> Iterator[Ticket]:
    """Yield a managed account's tickets, as its condition makes them."""
    chance = stream(f"tickets/{account.account_id}")
    day = max(HISTORY_STARTS, account.customer_from)
    day += timedelta(days=chance.randrange(3, 20))
    number = 0
    while day <= account.last_day:
        number += 1
        strength = account.strength_on(day)
        created_at = at(on_business_day(day), 8 + number % 8, number * 7 % 60)
        hours = strength.resolution_hours * chance.uniform(0.85, 1.15)
        if strength.keeps_tickets_open and number % 2 == 0:
            hours = 24 * 2.2 * strength.days_between_tickets
        escalates = strength.escalated_every
        is_escalated = bool(escalates) and number % escalates == 0
        category, subject = SUBJECTS[chance.randrange(len(SUBJECTS))]
        if created_at <= at(account.last_day, 23, 59):
            yield Ticket(
                created_at=created_at,
                solved_at=_solved_at(account, created_at, hours),
                priority=_priority(account.condition_on(day), is_escalated, number),
                is_escalated=is_escalated,
                category=category,
                subject=subject,
                satisfaction=max(1, strength.satisfaction - (number % 4 == 0)),
            )
        day += timedelta(days=strength.days_between_tickets + chance.randrange(-2, 3))


def _priority(condition: Condition, is_escalated: bool, number: int) -> str:
    if is_escalated:
        return "high"
    if condition is Condition.GOOD:
        return "low" if number % 3 == 0 else "normal"
    return "high" if number % 4 == 1 else "normal"


def _solved_at(account: Account, created_at: datetime, hours: float) -> datetime | None:
    """Return when a ticket is solved, none while it is open on the as-of day."""
    solved_at = created_at + timedelta(minutes=round(hours * 60))
    for starts_on, condition in account.conditions:
        if condition is Condition.GOOD and starts_on > created_at.date():
            cleared_at = at(starts_on + timedelta(days=CLEARED_AFTER_DAYS), 15)
            solved_at = min(solved_at, cleared_at)
    return solved_at if solved_at <= at(AS_OF, 23, 59) else None


def _self_service_tickets(account: Account) -> Iterator[Ticket]:
    """Yield the ticket that some self-service accounts write in the half-year."""
    chance = stream(f"tickets/{account.account_id}")
    first = max(TECH_USAGE_STARTS, account.customer_from)
    if first > account.last_day:
        return
    day = first + timedelta(days=chance.randrange((account.last_day - first).days + 1))
    condition = account.condition_on(day)
    if chance.random() >= TECH_STRENGTHS[condition].writes_ticket:
        return
    strength = account.strength_on(day)
    created_at = at(day, chance.randrange(7, 19), chance.randrange(60))
    category, subject = SUBJECTS[chance.randrange(len(SUBJECTS))]
    hours = strength.resolution_hours * chance.uniform(0.5, 1.2)
    yield Ticket(
        created_at=created_at,
        solved_at=_solved_at(account, created_at, hours),
        priority="low" if condition is Condition.GOOD else "normal",
        category=category,
        subject=subject,
        satisfaction=strength.satisfaction,
    )


def critical(created_on: date, open_hours: float | None, hour: int = 9) -> Ticket:
    """Return a critical ticket that is open for some hours, or still (none)."""
    created_at = at(created_on, hour)
    solved_at = None
    if open_hours is not None:
        solved_at = created_at + timedelta(minutes=round(open_hours * 60))
    return Ticket(
        created_at=created_at,
        solved_at=solved_at,
        priority="critical",
        category="bug",
        subject="Nobody here can work",
        satisfaction=None if solved_at is None else 2,
    )
