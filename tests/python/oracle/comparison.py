"""Two tables side by side, and the first differences in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

AnyRow = Mapping[str, object]
LIMIT = 20
_MONEY = ("arr", "arr_local", "difference")


def from_mart(
    rows: Iterable[AnyRow], columns: Sequence[str] | None = None
) -> list[dict[str, object]]:
    """Turn rows read from the warehouse into the oracle's terms.

    Money (`_MONEY` and every column that ends in `_arr` or `_amount`) becomes cents,
    other decimals become fractions, midnight timestamps dates. Raises ValueError for
    money that is not a whole number of cents. `columns` limits what is kept.
    """
    return [
        {
            name: _from_mart(name, value)
            for name, value in row.items()
            if columns is None or name in columns
        }
        for row in rows
    ]


def _from_mart(name: str, value: object) -> object:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    if name in _MONEY or name.endswith(("_arr", "_amount")):
        cents = Fraction(value) * 100
        if cents.denominator != 1:
            raise ValueError(f"{name} is not in whole cents: {value!r}")
        return int(cents)
    return Fraction(value)


def compare(
    expected_rows: Sequence[AnyRow],
    actual_rows: Sequence[AnyRow],
    keys: Sequence[str],
    limit: int = LIMIT,
) -> list[str]:
    """Return the first differences, in key order; an empty list when there are none.

    Only the columns of the expected rows are compared; a column the actual rows lack
    is a difference. Row order does not matter. Raises ValueError when the expected
    rows repeat a key.
    """
    expected = {_key(row, keys): row for row in expected_rows}
    if len(expected) < len(expected_rows):
        raise ValueError(f"the expected rows are not unique by {list(keys)}")
    actual = {_key(row, keys): row for row in actual_rows}
    repeats = Counter(_key(row, keys) for row in actual_rows)
    found: list[str] = []
    for key in sorted({*expected, *actual}, key=repr):
        where = ", ".join(f"{k}={_show(v)}" for k, v in zip(keys, key, strict=True))
        if key not in actual:
            found.append(f"missing: {where}: {_show_row(expected[key], keys)}")
        elif key not in expected:
            found.append(f"unexpected: {where}: {_show_row(actual[key], keys)}")
        else:
            if repeats[key] > 1:
                found.append(f"repeated {repeats[key]} times: {where}")
            found += _cell_differences(where, expected[key], actual[key], keys)
        if len(found) >= limit:
            return [*found[:limit], "... and perhaps more"]
    return found


def _cell_differences(
    where: str, expected: AnyRow, actual: AnyRow, keys: Sequence[str]
) -> list[str]:
    found = []
    for column in expected:
        if column in keys:
            continue
        if column not in actual:
            found.append(f"{where}: no column {column}")
        elif expected[column] != actual[column]:
            found.append(
                f"{where}: {column} expected {_show(expected[column])}, "
                f"got {_show(actual[column])}"
            )
    return found


def _key(row: AnyRow, keys: Sequence[str]) -> tuple[object, ...]:
    return tuple(row[key] for key in keys)


def _show_row(row: AnyRow, keys: Sequence[str]) -> str:
    return ", ".join(f"{k}={_show(v)}" for k, v in row.items() if k not in keys)


def _show(value: object) -> str:
    if isinstance(value, Fraction):
        return str(value.numerator if value.denominator == 1 else float(value))
    return value.isoformat() if isinstance(value, date) else str(value)
