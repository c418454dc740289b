"""Whether columns hold what their names promise, judged on a sample of rows.

A header whose names sit over the wrong data passes every check of names. It shows in
the kinds of values: dates under a number's name. A single wrong value is staging's
business; here nearly all of a column must disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from bowtie.contract import Table
from bowtie.landing import limits

_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_NUMBER = re.compile(
    r"[-+(]?\s*(?:[A-Z]{3}\s?)?[$€£¥]?\s*[-+]?(?:\d[\d,.'\s]*|\.\d+)"
    r"(?:e[-+]?\d+)?\s*[%)]?(?:\s?[A-Z]{3}|\s?[$€£¥])?",
    re.IGNORECASE,
)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# How staging reads a number, whole or not.
_MACHINE_NUMBER = re.compile(r"[+-]?(?:\d*\.?\d+|\d+\.0*)(?:e[+-]?\d+)?", re.IGNORECASE)
_NO_VALUE = frozenset(
    ["", "null", "none", "nan", "nil", "na", "n/a", "#n/a", "#ref!", "-", "\\n"]
)
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")
_BEFORE = re.compile(r"(\w+) < (\w+)")
_WORDS = re.compile(r"\S+(?:\s+\S+)+")
_DOMAIN = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:/.*)?")
_ADDRESSES = {
    "email": re.compile(r"[^@\s]+@[^@\s]+"),
    "domain": _DOMAIN,
    "email_domain": _DOMAIN,
}
_KIND_OF_TYPE = {
    "date": "dates",
    "timestamp": "dates",
    **dict.fromkeys(
        ("integer", "quantity", "price", "money", "percent", "rate", "number"),
        "numbers",
    ),
}
# Of each kind that has one: whether a value has the form, and the form in words.
_FORMS = {
    "dates": (_ISO_DAY.match, "dates as 2024-12-31"),
    "numbers": (
        _MACHINE_NUMBER.fullmatch,
        "numbers as 1234.5, without separators of thousands, currency or percent",
    ),
}


@dataclass(frozen=True)
class _Sampled:
    """One column's values in the sample, without the empty ones."""

    values: list[str]
    # The kind that nearly all values are; None: mixed, or too few to say.
    kind: str | None


def header_problems(
    table: Table, positions: Mapping[str, int], rows: Sequence[Sequence[str]]
) -> list[str]:
    """Return a line for each column or pair whose data belongs under another name."""
    sampled = {name: _sampled(rows, at) for name, at in positions.items()}
    problems = [
        *_wrong_kinds(table, sampled),
        *_wrong_forms(table, sampled, len(rows)),
    ]
    if not problems:
        problems = [
            f"columns '{first}' and '{second}': {why}; header and data are swapped? "
            "Put each name over its own data"
            for first, second, why in (
                *_wrong_order(table, positions, rows),
                *_labels_for_names(table, positions, sampled),
                *_addresses_elsewhere(table, sampled),
                *_names_for_ids(table, sampled),
                *_seats_for_prices(table, sampled),
            )
        ]
    return problems


def _sampled(rows: Sequence[Sequence[str]], position: int) -> _Sampled:
    values = [
        value
        for row in rows
        if (value := row[position].strip()).casefold() not in _NO_VALUE
    ]
    if len(values) < limits.DISAGREEING_VALUES:
        return _Sampled(values, None)
    kinds = [_kind(value) for value in values]
    for kind in ("dates", "numbers", "text"):
        if kinds.count(kind) >= limits.DISAGREEING_SHARE * len(kinds):
            return _Sampled(values, kind)
    return _Sampled(values, None)


def _kind(value: str) -> str:
    # A hostile value must not keep a pattern busy.
    value = value[:64]
    if _DATE.match(value):
        return "dates"
    return "numbers" if _NUMBER.fullmatch(value) else "text"


def _wrong_kinds(table: Table, sampled: Mapping[str, _Sampled]) -> list[str]:
    expected = {
        name: _KIND_OF_TYPE.get(table.columns[name].type, "text") for name in sampled
    }
    wrong = [
        name
        for name, column in sampled.items()
        if name in expected
        and expected[name] != "text"
        and column.kind not in (None, expected[name])
    ]
    problems = []
    told: set[str] = set()
    for name in wrong:
        if name in told:
            continue
        found = sampled[name].kind
        partners = [
            other
            for other, column in sampled.items()
            if column.kind == expected[name]
            and expected[other] != expected[name]
            and expected[other] in (found, "text")
        ]
        problem = f"column '{name}' holds {found} where {expected[name]} belong"
        if partners:
            partner = min(partners, key=lambda other: other not in wrong)
            told.add(partner)
            problem += (
                f", and column '{partner}' holds {expected[name]}; header and data are "
                "swapped? Put each name over its own data"
            )
        else:
            problem += (
                "; put the column's own name over it, or write its values as the "
                "contract says (dates as 2024-12-31, numbers as 1234.5)"
            )
        problems.append(problem)
    return problems


def _wrong_forms(
    table: Table, sampled: Mapping[str, _Sampled], rows: int
) -> Iterator[str]:
    """Find dates and numbers of the right kind that staging would refuse, all of them.

    Where few rows have one, those are set aside, as single wrong values are.
    """
    for name, column in sampled.items():
        expected = _KIND_OF_TYPE.get(table.columns[name].type)
        if column.kind != expected or expected not in _FORMS:
            continue
        is_readable, form = _FORMS[expected]
        unreadable = sum(not is_readable(value[:64]) for value in column.values)
        if (
            unreadable >= limits.DISAGREEING_SHARE * len(column.values)
            and unreadable > limits.REFUSED_SHARE * rows
        ):
            yield f"column '{name}' holds {expected} in another form; write {form}"


def _wrong_order(
    table: Table, positions: Mapping[str, int], rows: Sequence[Sequence[str]]
) -> list[tuple[str, str, str]]:
    """Find pairs that the contract orders and nearly every row reverses."""
    found = []
    for columns in _ordered(table):
        there = [name for name in columns if name in positions]
        # Those furthest apart first: if they are swapped, one between looks so as well.
        pairs = sorted(
            combinations(range(len(there)), 2), key=lambda pair: pair[0] - pair[1]
        )
        for smaller, larger in ((there[low], there[high]) for low, high in pairs):
            if is_what := _reversed(table, positions, rows, smaller, larger):
                found.append((smaller, larger, f"'{larger}' is {is_what} '{smaller}'"))
                break
    return found


def _ordered(table: Table) -> Iterator[list[str]]:
    """Yield columns that grow from left to right: by a rule, or as is usual."""
    for rule in table.entry.get("rules", {}).values():
        if match := _BEFORE.fullmatch(rule):
            larger, smaller = match.groups()
            if larger in table.columns and smaller in table.columns:
                yield [smaller, larger]
    yield from table.entry.get("usual_order", [])


def _reversed(
    table: Table,
    positions: Mapping[str, int],
    rows: Sequence[Sequence[str]],
    smaller: str,
    larger: str,
) -> str:
    """Return in words how nearly every row reverses two columns; empty: they do not."""
    are_dates = _KIND_OF_TYPE.get(table.columns[smaller].type) == "dates"
    compared = _days if are_dates else _numbers
    pairs = [
        pair
        for row in rows
        if (pair := compared(row[positions[smaller]], row[positions[larger]]))
        and pair[0] != pair[1]
    ]
    is_reversed = sum(low > high for low, high in pairs)
    if len(
        pairs
    ) < limits.DISAGREEING_VALUES or is_reversed < limits.DISAGREEING_SHARE * len(
        pairs
    ):
        return ""
    return "before" if are_dates else "less than"


def _days(first: str, second: str) -> tuple[str, str] | None:
    """Return two moments as they compare: by the day where one has no time."""
    if not (_ISO_DAY.match(first) and _ISO_DAY.match(second)):
        return None
    length = 19 if min(len(first), len(second)) > 10 else 10
    return first[:length], second[:length]


def _numbers(first: str, second: str) -> tuple[float, float] | None:
    # A hostile value must not keep a pattern busy.
    one, other = first.strip()[:64], second.strip()[:64]
    if not (_PLAIN.fullmatch(one) and _PLAIN.fullmatch(other)):
        return None
    return float(one), float(other)


def _labels_for_names(
    table: Table, positions: Mapping[str, int], sampled: Mapping[str, _Sampled]
) -> Iterator[tuple[str, str, str]]:
    """Find a name that rows share beside a label that nearly each has for itself."""
    texts = [
        name
        for name in positions
        if name in table.columns
        and table.columns[name].type == "text"
        and "one_of" not in table.entry["columns"][name]
        and len(sampled[name].values) >= limits.LABEL_VALUES
    ]
    variety = {
        name: len(set(sampled[name].values)) / len(sampled[name].values)
        for name in texts
    }
    own = table.entry.get("own_values", [])
    for name in own:
        # One word for all is how names are blacked out, and no label.
        if name not in variety or len(set(sampled[name].values)) <= 2:
            continue
        if variety[name] > limits.LABEL_SHARE:
            continue
        for label in texts:
            if label not in own and variety[label] >= limits.OWN_SHARE:
                yield name, label, f"rows share their '{name}', but not '{label}'"


def _addresses_elsewhere(
    table: Table, sampled: Mapping[str, _Sampled]
) -> Iterator[tuple[str, str, str]]:
    """Find a column of addresses that holds none, beside one that does."""
    for name, pattern in _ADDRESSES.items():
        if name not in sampled or _share(pattern, sampled[name].values) != 0:
            continue
        for other in sampled:
            is_text = other in table.columns and table.columns[other].type == "text"
            if is_text and other not in _ADDRESSES:
                share = _share(pattern, sampled[other].values)
                if share is not None and share >= limits.DISAGREEING_SHARE:
                    yield name, other, f"'{other}' holds what belongs into '{name}'"


def _names_for_ids(
    table: Table, sampled: Mapping[str, _Sampled]
) -> Iterator[tuple[str, str, str]]:
    """Find an id of several words beside a name of one.

    Ids are listed where rows are refused, which the names of people must not be.
    """
    names = set(table.entry.get("own_values", [])) - set(_ADDRESSES)
    for name in sorted(names & set(sampled)):
        if _share(_WORDS, sampled[name].values) != 0:
            continue
        for id in sampled:
            if id in table.columns and table.columns[id].type == "id":
                share = _share(_WORDS, sampled[id].values)
                if share is not None and share >= limits.DISAGREEING_SHARE / 2:
                    yield id, name, f"'{id}' holds words, '{name}' none"


def _share(pattern: re.Pattern[str], values: Sequence[str]) -> float | None:
    if len(values) < limits.DISAGREEING_VALUES:
        return None
    return sum(bool(pattern.fullmatch(value[:256])) for value in values) / len(values)


def _seats_for_prices(
    table: Table, sampled: Mapping[str, _Sampled]
) -> list[tuple[str, str, str]]:
    """Find a quantity written as money beside a price written as a whole number.

    Their product is right either way, so that only the spelling gives it away: amounts
    are written with decimals, and seats are whole.
    """
    by_type = {table.columns[name].type: name for name in sampled}
    names = by_type.get("quantity"), by_type.get("price")
    if None in names:
        return []
    quantities, prices = (sampled[name].values for name in names)
    if min(len(quantities), len(prices)) < limits.DISAGREEING_VALUES:
        return []
    if not all(re.fullmatch(r"\d+\.\d{2,}", value) for value in quantities):
        return []
    if not all(re.fullmatch(r"\d+", value) for value in prices):
        return []
    in_parts = sum(not value.rstrip("0").endswith(".") for value in quantities)
    are_larger = median(map(float, quantities)) > median(map(float, prices))
    if in_parts > len(quantities) / 2 or are_larger:
        return [(*names, f"'{names[0]}' holds amounts, '{names[1]}' whole numbers")]
    return []
