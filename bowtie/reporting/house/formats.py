"""How a value of a mart is written for a reader.

The kind of a column follows from its type, as the marts promise it: decimal(18, 2) is
money, decimal(12, 6) a rate. Where a page knows better it names the kind.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bowtie.reporting.house.vocabulary import KINDS, label_of, words_of

# What stands where there is no value.
MISSING = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_SCALES = ((10**9, "B"), (10**6, "M"), (10**3, "K"))
_BY_TYPE = {
    "DECIMAL(18,2)": "money",
    "DECIMAL(12,6)": "percent",
    "DATE": "date",
    "BOOLEAN": "yes_no",
    "VARCHAR": "text",
}


def kind_of(column: str, type_name: str) -> str:
    """Return the kind of a column: how its values are written."""
    if column in KINDS:
        return KINDS[column]
    if column == "month" or column.endswith("_month"):
        return "month"
    if type_name in _BY_TYPE:
        return _BY_TYPE[type_name]
    return "number" if type_name.startswith("DECIMAL") else "count"


def is_numeric(kind: str) -> bool:
    """Say whether a kind is right-aligned and sorted as a number."""
    return kind in _NUMERIC


def written(value: Any, kind: str, currency: str = "USD", short: bool = False) -> str:
    """Return a value as text; `short` is for headlines: 26.6M instead of 26,559,769.

    Raises KeyError for a kind that does not exist.
    """
    if kind in _NUMERIC:
        if value is None:
            return MISSING
        return _NUMERIC[kind](Decimal(value), currency, short)
    if value is None or value == "":
        return MISSING
    return _TEXTS[kind](value)


def _rounded(value: Decimal, places: int, sign: bool = False) -> str:
    """Return a number with thousands separated, rounded half up, with a true minus."""
    number = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if number == 0:
        return f"{abs(number):,}"
    return f"{number:{'+' if sign else ''},}".replace("-", _MINUS)


def _money(value: Decimal, currency: str, short: bool, sign: bool = False) -> str:
    symbol = _SYMBOLS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    scaled, unit = value, ""
    if short:
        for size, letter in _SCALES:
            # 999,960 is 1.00M, not 1,000.0K.
            if abs(value) >= size * Decimal("0.9995"):
                scaled, unit = value / size, letter
                break
    places = 0 if not unit else 2 if abs(scaled) < 10 else 1 if abs(scaled) < 100 else 0
    text = _rounded(scaled, places, sign)
    head = text[0] if text[0] in f"+{_MINUS}" else ""
    return f"{head}{symbol}{text.removeprefix(head)}{unit}"


_NUMERIC: dict[str, Callable[[Decimal, str, bool], str]] = {
    "money": _money,
    "money_change": lambda value, currency, short: _money(value, currency, short, True),
    "percent": lambda value, *_: _rounded(value * 100, 1) + "%",
    "percent_whole": lambda value, *_: _rounded(value * 100, 0) + "%",
    "points": lambda value, *_: (
        _rounded(value * 100, 1, sign=True) + "\N{NO-BREAK SPACE}pts"
    ),
    # How far, where a word says which way.
    "points_apart": lambda value, *_: (
        _rounded(abs(value) * 100, 1) + "\N{NO-BREAK SPACE}pts"
    ),
    "percent_change": lambda value, *_: _rounded(value * 100, 1, sign=True) + "%",
    "percent_apart": lambda value, *_: _rounded(abs(value) * 100, 1) + "%",
    "count": lambda value, *_: _rounded(value, 0),
    # As it was measured, in a unit that stands beside it.
    "measure": lambda value, *_: f"{value.normalize():,f}".replace("-", _MINUS),
    "number": lambda value, *_: _rounded(value, 1),
    "change": lambda value, *_: _rounded(value, 1, sign=True),
}

_TEXTS: dict[str, Callable[[Any], str]] = {
    "date": lambda value: f"{value.day} {value:%b %Y}",
    "month": lambda value: f"{value:%b %Y}",
    "text": str,
    "words": lambda value: words_of(str(value)),
    # The name of a column as a value: `nrr` as Net retention.
    "metric": lambda value: label_of(str(value)),
    # Words that need room.
    "prose": str,
    "capital": lambda value: str(value)[:1].upper() + str(value)[1:],
    "yes_no": lambda value: "yes" if value else "no",
}


def plain(value: Any) -> str:
    """Return a value as a machine reads it: ISO dates, plain decimals, "" for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)
