"""Days as whole numbers, so that a life is walked with additions only.

A day is the number of days since 1970-01-01 (what Parquet stores for a DATE); a
month is the number of months since 1970-01. Both exist as Python lists, for the
walk through one life, and as numpy arrays, for whole blocks of accounts.
"""

from __future__ import annotations

from datetime import date

import numpy as np

EPOCH = date(1970, 1, 1).toordinal()
# Wide enough for five years of history before any window and three-year terms
# after it; an as-of date outside is refused by `simulate`.
FIRST_YEAR, LAST_YEAR = 1990, 2070

_MONTH_STARTS = np.arange("1970-01", f"{LAST_YEAR + 1}-01", dtype="datetime64[M]")
MONTH_START = _MONTH_STARTS.astype("datetime64[D]").astype(np.int64)
MONTH_LENGTH = np.diff(MONTH_START, append=MONTH_START[-1] + 31)
_ALL_DAYS = np.arange(MONTH_START[-1] + 31, dtype=np.int64)
MONTH_OF_DAY = np.searchsorted(MONTH_START, _ALL_DAYS, side="right") - 1

_month_start = MONTH_START.tolist()
_month_length = MONTH_LENGTH.tolist()
_month_of_day = MONTH_OF_DAY.tolist()


def to_day(when: date) -> int:
    """Return the day number of a date."""
    return when.toordinal() - EPOCH


def to_date(day: int) -> date:
    """Return the date of a day number."""
    return date.fromordinal(day + EPOCH)


def month_of(day: int) -> int:
    """Return the month in which a day lies."""
    return _month_of_day[day]


def month_start(month: int) -> int:
    """Return the first day of a month."""
    return _month_start[month]


def add_months(day: int, months: int) -> int:
    """Return the day `months` later; the 31st becomes a shorter month's last day."""
    month = _month_of_day[day]
    day_of_month = day - _month_start[month]
    month += months
    return _month_start[month] + min(day_of_month, _month_length[month] - 1)


def add_months_to_all(days: np.ndarray, months: np.ndarray) -> np.ndarray:
    """`add_months` over arrays of equal shape."""
    month = MONTH_OF_DAY[days]
    day_of_month = days - MONTH_START[month]
    later = month + months
    return MONTH_START[later] + np.minimum(day_of_month, MONTH_LENGTH[later] - 1)
