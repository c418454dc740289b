"""The CRM's activities: how customers are met, and where the CSMs' hours go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

from bowtie.sample_company.calendar import at, business_days, monday_of, on_business_day
from bowtie.sample_company.plan import (
    AS_OF,
    DAYS_BETWEEN_TOUCHES,
    HISTORY_STARTS,
    Account,
    Book,
    Condition,
    Touch,
    stream,
)
from bowtie.sample_company.systems.crm import Contact
from bowtie.sample_company.writer import RawRows

PURPOSE = {
    Condition.GOOD: "expansion",
    Condition.MIDDLING: "enablement",
    Condition.BAD: "rescue",
}
KINDS = {
    "expansion": ["call", "email", "meeting"],
    "enablement": ["training", "call", "meeting", "webinar", "email"],
    "rescue": ["call", "meeting", "training", "call"],
    "onboarding": ["call", "training", "meeting"],
}
MINUTES = {
    "kickoff": 60,
    "call": 30,
    "email": 15,
    "meeting": 45,
    "training": 60,
    "webinar": 45,
    "qbr": 60,
    "ebr": 90,
    "onsite": 240,
    "renewal_review": 45,
}
CAN_BE_MISSED = {"call", "meeting", "training"}
CANCELLED_EVERY = 13
"""Every n-th meeting is called off in good time, however the account does."""
ONBOARDING_DAYS = 60
DAYS_BETWEEN_ONBOARDING_TOUCHES = 8
RENEWAL_REVIEW_BEFORE_DAYS = 80

# The mid-market CSM's working week, as the seed document divides it.
TIMED_CSM = "CSM-02"
TIMED_FROM = date(2025, 6, 30)
MINUTES_A_DAY = 600
SHARE_OF_WEEK = {
    "rescue": 30,
    "enablement": 25,
    "expansion": 20,
    "onboarding": 15,
    "qbr": 10,
}
"""Percent of the week by purpose; internal work counts with QBRs."""
WITH_CUSTOMERS = 55
"""Percent of each category spent with customers; the rest prepares and follows up."""

Planned = tuple[Account, Touch]


def write_activities(
    rows: RawRows,
    accounts: Sequence[Account],
    contacts: Mapping[str, Sequence[Contact]],
) -> None:
    """Write the activities, in the order in which they happened."""
    planned = [
        (account, touch)
        for account in accounts
        for touch in [*_usual_touches(account), *account.touches]
        if touch.occurred_at <= at(AS_OF, 23, 59)
    ]
    planned = _fill_timed_weeks(planned)
    planned.sort(key=lambda p: (p[1].occurred_at, p[0].account_id, p[1].activity_type))
    for account, touch in planned:
        rows.add(
            "crm_activities",
            activity_id=f"A{rows.number('crm_activities'):05d}",
            account_id=account.account_id,
            csm_id=touch.csm_id,
            contact_id=_contact(touch, contacts[account.account_id]),
            activity_type=touch.activity_type,
            purpose=touch.purpose,
            occurred_at=touch.occurred_at,
            duration_minutes=touch.duration_minutes,
            status=touch.status,
        )


def _contact(touch: Touch, contacts: Sequence[Contact]) -> str | None:
    """Return whom a touch was with: the named person, else our best contact."""
    if touch.activity_type in ("internal", "webinar", "automated_email"):
        return None
    day = touch.occurred_at.date()
    present = [c for c in contacts if c.is_there_on(day)]
    if touch.contact_key:
        present = [c for c in present if c.person.key == touch.contact_key]
    order = ["champion", "admin", "end_user", "executive_sponsor"]
    if touch.activity_type in ("qbr", "ebr"):
        order = ["executive_sponsor", "champion", "admin", "end_user"]
    present.sort(key=lambda c: (order.index(c.person.persona), c.contact_id))
    return present[0].contact_id if present else None


def _owner_on(account: Account, day: date) -> str | None:
    for csm_id, valid_from, valid_to in account.owners:
        if valid_from <= day and (valid_to is None or day < valid_to):
            return csm_id
    return account.csm_id


def _usual_touches(account: Account) -> Iterator[Touch]:
    """Yield how a managed account is met, as its book and condition ask for."""
    if account.book is Book.TECH_TOUCH or account.csm_id is None:
        return
    if not account.subscriptions:
        return
    for touch in [
        *_onboarding(account),
        *_check_ins(account),
        *_reviews(account),
        *_renewal_reviews(account),
    ]:
        day = touch.occurred_at.date()
        if HISTORY_STARTS <= day <= account.last_day:
            yield replace(touch, csm_id=_owner_on(account, day))


def _touch(kind: str, purpose: str, day: date, hour: int) -> Touch:
    return Touch(kind, purpose, at(on_business_day(day), hour), MINUTES[kind])


def _onboarding(account: Account) -> Iterator[Touch]:
    start = account.customer_from
    yield _touch("kickoff", "onboarding", start + timedelta(days=3), 10)
    for number in count():
        days_later = 8 + number * DAYS_BETWEEN_ONBOARDING_TOUCHES
        if days_later > ONBOARDING_DAYS:
            return
        kind = KINDS["onboarding"][number % 3]
        yield _touch(kind, "onboarding", start + timedelta(days=days_later), 11)


def _check_ins(account: Account) -> Iterator[Touch]:
    chance = stream(f"check-ins/{account.account_id}")
    onboarded_on = account.customer_from + timedelta(days=ONBOARDING_DAYS + 5)
    day = max(HISTORY_STARTS, onboarded_on)
    day += timedelta(days=chance.randrange(10))
    for number in count(1):
        if day > account.last_day:
            return
        condition = account.condition_on(day)
        purpose = PURPOSE[condition]
        kind = KINDS[purpose][number % len(KINDS[purpose])]
        touch = _touch(kind, purpose, day, 9 + number % 8)
        misses = account.strength_on(day).no_show_every
        if kind in CAN_BE_MISSED and misses and number % misses == 0:
            touch = replace(touch, status="no_show", duration_minutes=None)
        elif kind in CAN_BE_MISSED and number % CANCELLED_EVERY == 0:
            touch = replace(touch, status="cancelled", duration_minutes=None)
        yield touch
        day += timedelta(days=DAYS_BETWEEN_TOUCHES[account.book][condition])


def _reviews(account: Account) -> Iterator[Touch]:
    """Yield business reviews: with executives and on site for the largest."""
    chance = stream(f"reviews/{account.account_id}")
    onboarded_on = account.customer_from + timedelta(days=ONBOARDING_DAYS)
    day = max(HISTORY_STARTS, onboarded_on) + timedelta(days=chance.randrange(60))
    is_enterprise = account.book is Book.ENTERPRISE
    number = 0
    while day <= account.last_day:
        every = account.strength_on(day).days_between_qbrs
        if not every:
            day += timedelta(days=7)
            continue
        number += 1
        kind = "ebr" if is_enterprise and number % 2 == 0 else "qbr"
        yield _touch(kind, "qbr", day, 14)
        if is_enterprise and number % 4 == 0:
            yield _touch("onsite", "enablement", day + timedelta(days=20), 9)
        day += timedelta(days=every)


def _renewal_reviews(account: Account) -> Iterator[Touch]:
    for subscription in account.subscriptions:
        if subscription.term_months != 12:
            continue
        for year in range(subscription.started_on.year + 1, AS_OF.year + 2):
            renews_on = subscription.started_on.replace(year=year)
            day = renews_on - timedelta(days=RENEWAL_REVIEW_BEFORE_DAYS)
            # The timed CSM reviews renewals in the QBR: no hours of their own.
            if account.csm_id == TIMED_CSM and day >= TIMED_FROM - timedelta(days=7):
                continue
            yield _touch("renewal_review", "renewal", day, 13)


def _category(touch: Touch) -> str | None:
    return "qbr" if touch.purpose == "internal" else touch.purpose


def _fill_timed_weeks(planned: Sequence[Planned]) -> list[Planned]:
    """Give the timed CSM's touches their minutes, and add the internal work.

    Each week and category has its minutes; those with customers are shared by the
    week's completed touches, and preparation takes the rest, so that every week adds up
    to the division of the seed document. No week of the quarter spans two months.
    """
    weeks: dict[tuple[date, int], list[date]] = defaultdict(list)
    for day in business_days(TIMED_FROM, AS_OF):
        weeks[monday_of(day), day.month].append(day)
    timed: dict[tuple[tuple[date, int], str], list[Planned]] = defaultdict(list)
    filled: list[Planned] = []
    for account, touch in planned:
        day = touch.occurred_at.date()
        week, category = (monday_of(day), day.month), _category(touch)
        is_timed = touch.csm_id == TIMED_CSM and week in weeks
        if is_timed and category and touch.status == "completed":
            timed[week, category].append((account, touch))
        else:
            filled.append((account, touch))
    last_account = {c: a for (_, c), pairs in timed.items() for a, _ in pairs}
    for week, workdays in weeks.items():
        for category, share in SHARE_OF_WEEK.items():
            minutes = MINUTES_A_DAY * len(workdays) * share // 100
            touches = timed[week, category]
            for (account, touch), duration in zip(
                touches,
                _split(minutes * WITH_CUSTOMERS // 100, len(touches)),
                strict=True,
            ):
                minutes -= duration
                filled.append((account, replace(touch, duration_minutes=duration)))
            account = touches[0][0] if touches else last_account[category]
            filled.append((account, _preparation(category, workdays[-1], minutes)))
    return filled


def _split(minutes: int, parts: int) -> list[int]:
    """Split minutes into whole parts that add up."""
    return [minutes // parts + (n < minutes % parts) for n in range(parts)]


def _preparation(category: str, day: date, minutes: int) -> Touch:
    return Touch(
        "internal",
        "internal" if category == "qbr" else category,
        at(day, 17),
        minutes,
        csm_id=TIMED_CSM,
    )
