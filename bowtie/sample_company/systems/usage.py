"""The product: who was active, and which features they used.

Managed customers report every business day. Self-service customers report once a week,
without events and features, so that the files stay small.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from bowtie.sample_company.calendar import business_days, days, monday_of
from bowtie.sample_company.catalogue import FAMILY, FEATURES, SEAT_PRODUCTS
from bowtie.sample_company.plan import (
    GROWS_OVER_DAYS,
    HISTORY_STARTS,
    SHRINKS_OVER_DAYS,
    TECH_STRENGTHS,
    TECH_USAGE_STARTS,
    YEAR_STARTS,
    Account,
    Book,
    UsageStep,
    stream,
)
from bowtie.sample_company.writer import RawRows

ACTIVITY_BY_WEEKDAY = [1.00, 1.02, 1.01, 1.00, 0.97]
"""Monday to Friday; they average 1, so that no window shows a trend of its own."""

FEATURES_FORTNIGHTLY_FROM = date(2025, 7, 2)
"""A Wednesday; before it, the tool keeps every fourth week only."""


def write_usage(rows: RawRows, accounts: Sequence[Account]) -> None:
    """Write both usage tables.

    `usage_events` is the alternative to these two, from which they would be derived;
    the sample gives the daily tables, so that its file has no rows.
    """
    for account in accounts:
        if not account.has_usage or not account.subscriptions:
            continue
        if account.book is Book.TECH_TOUCH:
            _write_weekly(rows, account)
        else:
            _write_daily(rows, account)


def seats_on(account: Account, day: date) -> int:
    """Return the seats that an account has bought on a day."""
    return sum(
        item.quantity
        for subscription in account.subscriptions
        for item in subscription.items
        if item.product_id in SEAT_PRODUCTS
        and (item.valid_from or subscription.started_on) <= day
        and (item.valid_to is None or day < item.valid_to)
        and day < account.end_of(subscription)
    )


def _seat_changes(account: Account) -> set[date]:
    """Return the days on which an account's seats change inside a subscription."""
    return {
        item.valid_from
        for subscription in account.subscriptions
        for item in subscription.items
        if item.valid_from and item.product_id in SEAT_PRODUCTS
    }


def _steps_from_condition(account: Account) -> list[UsageStep]:
    """Return usage as it follows from seats and conditions."""
    is_tech = account.book is Book.TECH_TOUCH
    # A few percent of its own, so that accounts alike are not the same.
    own_share = stream(f"usage/{account.account_id}").uniform(0.93, 1.05)
    start = account.customer_from
    moments = {starts_on for starts_on, _ in account.conditions if starts_on > start}
    moments |= {day for day in _seat_changes(account) if day > start}
    steps: list[UsageStep] = []
    for day in sorted({start, *moments}):
        condition = account.condition_on(day)
        share = (
            TECH_STRENGTHS[condition].seats_active
            if is_tech
            else account.strength_on(day).seats_active
        )
        seats = seats_on(account, day)
        level = min(share * own_share, 0.86) * seats
        if is_tech:
            level = max(1, round(level))
        if not steps:
            if start >= HISTORY_STARTS:
                steps.append(UsageStep(start, 0.5 * level))
            steps.append(UsageStep(start, level, 10 if is_tech else 28))
            continue
        shrinks = level < steps[-1].active_users
        over_days = SHRINKS_OVER_DAYS if shrinks else GROWS_OVER_DAYS
        steps.append(UsageStep(day, level, over_days))
    return steps


def active_users_on(steps: Sequence[UsageStep], day: date) -> float:
    """Return the active users that the steps ask for on a day; 0 before the first."""
    level = 0.0
    for number, step in enumerate(steps):
        if step.starts_on > day:
            break
        following = steps[number + 1].starts_on if number + 1 < len(steps) else day
        until = min(day, following)
        elapsed = (until - step.starts_on).days
        done = 1.0 if elapsed >= step.over_days else elapsed / step.over_days
        level += (step.active_users - level) * done
    return level


def _whole_users(levels: Iterator[float]) -> Iterator[int]:
    """Turn levels into whole users whose average is the level's average."""
    owed = 0.0
    for level in levels:
        users = int(level + owed + 1e-9)
        owed += level - users
        yield users


def _features(account: Account, day: date) -> list[str]:
    """Return the features in use on a day, most used first."""
    families = [
        FAMILY[item.product_id]
        for subscription in account.subscriptions
        for item in subscription.items
        if item.product_id in SEAT_PRODUCTS
    ]
    features = FEATURES[families[0]] if families else []
    share = account.strength_on(day).features_used
    own_taste = stream(f"features/{account.account_id}").choice([-1, 0, 0])
    in_use = account.features_used or round(share * len(features)) + own_taste
    return features[:in_use]


def _write_features(rows: RawRows, account: Account, day: date, active: int) -> None:
    if not active:
        return
    for rank, feature in enumerate(_features(account, day)):
        users = max(1, round(active * (1 - 0.08 * rank)))
        rows.add(
            "usage_features_daily",
            account_id=account.account_id,
            usage_date=day,
            feature=feature,
            active_users=users,
            events=users * (9 - rank // 2),
        )


def _write_daily(rows: RawRows, account: Account) -> None:
    starts = YEAR_STARTS if account.book is Book.LOW_TOUCH else HISTORY_STARTS
    workdays = list(business_days(max(starts, account.customer_from), account.last_day))
    steps = account.usage or _steps_from_condition(account)
    is_exact = account.usage is not None
    levels = (
        active_users_on(steps, day)
        * (1 if is_exact else ACTIVITY_BY_WEEKDAY[day.weekday()])
        for day in workdays
    )
    noise = stream(f"sessions/{account.account_id}")
    for day, active in zip(workdays, _whole_users(levels), strict=True):
        active = min(active, seats_on(account, day))
        per_user = (
            account.sessions_per_user or account.strength_on(day).sessions_per_user
        )
        sessions = round(active * per_user)
        rows.add(
            "usage_daily",
            account_id=account.account_id,
            usage_date=day,
            active_users=active,
            sessions=sessions,
            events=sessions * 11 + noise.randrange(9) * (active > 0),
        )
        is_recent = day >= FEATURES_FORTNIGHTLY_FROM
        keeps_every = 14 if is_recent and account.book is not Book.LOW_TOUCH else 28
        if (day - FEATURES_FORTNIGHTLY_FROM).days % keeps_every == 0:
            _write_features(rows, account, day, active)


def _write_weekly(rows: RawRows, account: Account) -> None:
    first = max(TECH_USAGE_STARTS, monday_of(account.customer_from + timedelta(6)))
    steps = account.usage or _steps_from_condition(account)
    noise = stream(f"sessions/{account.account_id}")
    for monday in days(first, account.last_day, step=7):
        active = round(active_users_on(steps, monday))
        strength = TECH_STRENGTHS[account.condition_on(monday)]
        per_user = account.sessions_per_user or strength.sessions_per_user
        sessions = round(active * per_user) + noise.randrange(2) * (active > 3)
        rows.add(
            "usage_daily",
            account_id=account.account_id,
            usage_date=monday,
            active_users=active,
            sessions=sessions,
        )
