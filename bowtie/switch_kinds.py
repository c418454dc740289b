"""What each switch may hold.

A value that fits its kind cannot be read as SQL, as a template or as a path of its own
choice. macros/policy/ says the same to those who run dbt without `bowtie`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from bowtie.contract import raw_contract
from bowtie.paths import DATABASE


class Kind(NamedTuple):
    """A kind of value: what it is called, and whether a value is of it."""

    words: str
    allows: Callable[[Any], bool]


def _spelled(pattern: str) -> Callable[[Any], bool]:
    """Return a test of a value's spelling as a whole; truth values have none."""
    return lambda value: (
        isinstance(value, str | int | float)
        and not isinstance(value, bool)
        and re.fullmatch(pattern, str(value)) is not None
    )


def _is_date(value: Any) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except (TypeError, ValueError):
        return False


def is_time_zone(value: Any) -> bool:
    """Whether a value is an IANA time zone.

    DuckDB is asked, since a small machine has no time zones of its own.
    """
    if not isinstance(value, str):
        return False
    try:
        duckdb.execute(
            "select timezone(?, timestamptz '2000-01-01 00:00:00Z')", [value]
        )
    except duckdb.Error:
        return False
    return True


def _is_earlier_file(value: Any) -> bool:
    return (
        isinstance(value, str)
        and value.isprintable()
        and Path(value).name == DATABASE
        and Path(value).is_file()
    )


def _announces_values(value: Any) -> bool:
    """Whether a mapping gives columns of the raw contract a list of texts each."""
    if not isinstance(value, dict):
        return False
    columns = {
        f"{table.name}.{column}"
        for table in raw_contract().values()
        for column in table.columns
    }
    return value.keys() <= columns and all(
        isinstance(words, list)
        and all(isinstance(word, str) and word.isprintable() for word in words)
        for words in value.values()
    )


_WHOLE_NUMBER = Kind("a whole number from 0 to 999999", _spelled("[0-9]{1,6}"))
_RATE = Kind(
    "a rate from 0 to 1 such as 0.8", _spelled(r"0(\.[0-9]{1,6})?|1(\.0{1,6})?")
)
_DATE = Kind("a day of the calendar such as 2025-12-31", _is_date)
_NAME = Kind(
    "a name of letters, digits and underscores",
    lambda value: isinstance(value, str) and value.isascii() and value.isidentifier(),
)
_NOT_WHOLE_NUMBERS = {
    "raw_schema": _NAME,
    "raw_database": _NAME,
    "business_timezone": Kind("an IANA time zone such as Europe/Berlin", is_time_zone),
    "dates_from": _DATE,
    "dates_to": _DATE,
    "reporting_currency": Kind("an ISO 4217 code such as USD", _spelled("[A-Z]{3}")),
    "currency_policy": Kind("constant or historical", _spelled("constant|historical")),
    "fx_reference_date": _DATE,
    "account_grain": Kind("account or parent", _spelled("account|parent")),
    "health_minimum_coverage": _RATE,
    "customer_facing_share_from": _RATE,
    "customer_facing_share_to": _RATE,
    "logged_share_needed": _RATE,
    "subscription_gross_margin": _RATE,
    "restated_against": Kind("the path of an earlier bowtie.duckdb", _is_earlier_file),
    "announced_values": Kind(
        "a mapping such as {crm_activities.purpose: [audit]}", _announces_values
    ),
}


def kind_of(switch: str) -> Kind:
    """Return what a switch may hold, null aside; most are whole numbers."""
    return _NOT_WHOLE_NUMBERS.get(switch, _WHOLE_NUMBER)
