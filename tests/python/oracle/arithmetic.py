"""Exact numbers, weeks and whole months."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache

# In days, leap years counted in.
_MONTH = Fraction(1461, 48)


def last_closed_day(as_of: date) -> date:
    """Return the end of the last month that is whole on a day."""
    return (as_of + timedelta(days=1)).replace(day=1) - timedelta(days=1)


def round_half_up(amount: Fraction) -> int:
    """Round to the nearest integer, an exact half upwards."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def half_away_from_zero(amount: Fraction) -> int:
    """Round to the nearest integer, an exact half away from zero."""
    return round_half_up(amount) if amount >= 0 else -round_half_up(-amount)


def rounded_away(amount: Fraction, places: int) -> Fraction:
    """Round to so many decimals, an exact half away from zero."""
    return Fraction(half_away_from_zero(amount * 10**places), 10**places)


def rounded(amount: Fraction, places: int) -> Fraction:
    """Round to so many decimals, an exact half upwards."""
    return Fraction(round_half_up(amount * 10**places), 10**places)


def ratio(
    part: Fraction | Decimal | int, whole: Fraction | Decimal | int, places: int = 6
) -> Fraction | None:
    """Return part / whole to so many decimals, half up; None on an empty base."""
    if whole == 0:
        return None
    return rounded(Fraction(part) / Fraction(whole), places)


def month_number(day: date) -> int:
    """Number the months, so that the next one is one more."""
    return day.year * 12 + day.month - 1


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week_ago(as_of: date, weeks: int) -> date:
    """Return the Monday of the last week that was over so many weeks ago."""
    day = as_of - timedelta(weeks=weeks)
    sunday = day - timedelta(days=day.isoweekday() % 7)
    return monday_of(sunday)


def first_day(month: int) -> date:
    """Return the first day of a numbered month."""
    return date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> date:
    """Return the last day of a numbered month."""
    return first_day(month + 1) - timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """Return the same day some months on, or that month's last day if shorter."""
    month = month_number(day) + months
    return min(
        first_day(month) + timedelta(days=day.day - 1),
        last_day(month),
    )


@cache
def next_term_start(day: date, start: date, end: date) -> date:
    """Return when the first term after a day began, when later [start, end) is shown.

    Terms are as long as the shown one: in whole months to the nearest, in days below
    half a month, a year where it has no length.
    """
    months = 12 if start == end else months_between(start, end)
    longest = 31 * months or (end - start).days
    # Terms that surely lie between are not walked through.
    earlier = max((start - day).days // longest - 1, 0)
    while True:
        if months:
            found = add_months(start, -months * earlier)
            before = add_months(start, -months * (earlier + 1))
        else:
            found = start - earlier * (end - start)
            before = found - (end - start)
        if before <= day:
            return found
        earlier += 1


def months_between(start: date, end: date) -> int:
    """Return how many months lead from one day to another, to the nearest."""
    return round_half_up(Fraction((end - start).days) / _MONTH)
