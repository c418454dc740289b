"""Days, terms and times of day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta


def days(first: date, last: date, step: int = 1) -> Iterator[date]:
    """Yield every `step`-th day from first to last, both included."""
    day = first
    while day <= last:
        yield day
        day += timedelta(days=step)


def business_days(first: date, last: date) -> Iterator[date]:
    """Yield the Mondays to Fridays from first to last, both included."""
    return (day for day in days(first, last) if day.weekday() < 5)


def on_business_day(day: date) -> date:
    """Return the day, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def monday_of(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def add_months(day: date, months: int) -> date:
    """Return the day some months on; the plan uses no day after the 28th."""
    month = day.month - 1 + months
    return day.replace(year=day.year + month // 12, month=month % 12 + 1)


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """Return a time of day, UTC."""
    return datetime.combine(day, time(hour, minute), UTC)
