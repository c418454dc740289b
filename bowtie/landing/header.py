"""What a file's first row says: which contract columns are there, if any."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bowtie.contract import Table
from bowtie.landing import limits
from bowtie.landing.csv_stream import UnreadableCsv
from bowtie.landing.results import CheckedFile, listed, shown

_OTHER_DELIMITERS = {";": "semicolon", "\t": "tab", "|": "pipe"}
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
# Words that a renamed column often gains or changes: `amount` -> `amount_usd`.
_DECORATIONS = frozenset(
    [
        *("usd", "eur", "gbp", "amt", "amount", "pct", "percent", "code", "cd"),
        *("date", "dt", "day", "at", "on", "ts", "utc", "time", "value"),
        *("new", "old", "raw", "v1", "v2", "c"),
    ]
)
_WHOLE_NAME_RATIO = 0.84
# What other systems call optional columns without which a figure would be wrong.
_OTHER_NAMES = {
    "quantity": {"seats", "qty", "units", "licenses", "licences", "users"},
    "discount_percent": {
        *("discount", "rebate", "discount_rate"),
        *("percent_off", "discount_percentage", "discount_pct"),
    },
    "trial_ends_on": {"trial_end", "trial_ends_at", "trial_end_date"},
    "valid_to": {"end_date", "ends_on", "ended_on", "valid_until", "end", "to_date"},
    "valid_from": {"start_date", "starts_on", "started_on", "start", "from_date"},
    "ended_on": {"end_date", "ended_at", "canceled_at", "cancelled_at", "churned_on"},
    "paid_on": {"paid_at", "payment_date", "paid"},
    "currency": {
        *("ccy", "currency_code", "iso_currency", "price_currency", "billing_currency"),
    },
    "charge_type": {"type", "charge", "item_type"},
    "is_test": {"test", "is_internal", "internal", "sandbox"},
    "active_users": {"users", "dau", "wau", "mau"},
}
# What they call the opposite of one.
_OPPOSITES = {"auto_renews": "cancel_at_period_end"}


@dataclass(frozen=True)
class Header:
    """Where each contract column stands: {column: position}; and the row's width."""

    positions: dict[str, int]
    width: int
    # A name differs from the contract's in case or spaces: SQL would not find it.
    is_respelled: bool
    # The row ends with a comma.
    ends_unnamed: bool


def read_header(row: Sequence[str], table: Table, file: CheckedFile) -> Header:
    """Judge a CSV's first row, and return where the contract's columns stand.

    Raises:
        UnreadableCsv: the rows below it cannot be understood.

    """
    names = [_normalised(name) for name in row]
    if not set(names) & set(table.columns):
        raise UnreadableCsv(f"line 1: {_not_a_header(row, table)}")
    if len(row) > limits.COLUMNS:
        raise UnreadableCsv(
            f"line 1: {len(row):,} columns, more than {limits.COLUMNS}; "
            "keep the contract's columns"
        )
    respelled = [
        name
        for name, normal in zip(row, names, strict=True)
        if normal in table.columns and name != normal
    ]
    if respelled:
        file.note(f"column {listed(respelled)}: case and spaces around it ignored")
    judge_columns(names, table, file)
    positions = {name: names.index(name) for name in table.columns if name in names}
    return Header(positions, len(row), bool(respelled), not names[-1])


def judge_columns(names: Sequence[str], table: Table, file: CheckedFile) -> None:
    """Report columns that are missing, renamed, repeated or unknown.

    `names` are in lower case; an empty one has no name. Columns that the file's
    folders name count as well.
    """
    names = [*names, *(name for name in file.folder_columns if name not in names)]
    repeated = [name for name, times in Counter(names).items() if name and times > 1]
    if repeated:
        file.problem(
            f"column {listed(repeated)} is there more than once; keep one of each name"
        )
    unknown = [name for name in dict.fromkeys(names) if name not in table.columns]
    named = [name for name in unknown if name]
    missing = [column for column in table.columns.values() if column.name not in names]
    renamed = []
    for column in missing:
        opposite = _OPPOSITES.get(column.name)
        if opposite in named:
            renamed.append(opposite)
            file.problem(
                f"column '{column.name}' is missing and '{opposite}' says its "
                f"opposite: write '{column.name}' instead of it, true where "
                f"'{opposite}' is false"
            )
            continue
        new_name = _new_name(column.name, named, certain=not column.required)
        if new_name:
            renamed.append(new_name)
            remedy = f"rename it to '{column.name}'"
            if not column.required:
                remedy += f", or, if it is not {column.name}, give it another name"
            file.problem(
                f"column '{column.name}' is missing and '{shown(new_name)}' is no "
                f"column of {table.name}: renamed? {remedy}"
            )
        elif column.required:
            others = f"; unknown columns there: {listed(named)}" if named else ""
            file.problem(
                f"column '{column.name}' is required and missing; add it{others}"
            )
    extra = [name for name in named if name not in renamed]
    if extra:
        file.note(f"column {listed(extra)} is not in the contract and not read")
    if "" in unknown:
        file.note("a column without a name is not read")


def _normalised(name: str) -> str:
    return name.strip().strip(_INVISIBLE).strip().lower()


def _not_a_header(row: Sequence[str], table: Table) -> str:
    """Say what a first row without any contract column is, and the remedy."""
    text = ",".join(row)
    start = text.lstrip().casefold()
    if start.startswith("<"):
        return "an HTML or XML page, not CSV; export the table again"
    if start.startswith(("{", "[")):
        return "JSON, not CSV; save the table as CSV or Parquet"
    other = other_delimiter(text, table)
    if other:
        return other
    return (
        f"no header: none of its values is a column of {table.name}; "
        f"the first line must name the columns ({listed(table.required_columns)} ...)"
    )


def other_delimiter(line: str, table: Table) -> str | None:
    """Say with what a header's names are separated, if it is not commas."""
    for delimiter, name in _OTHER_DELIMITERS.items():
        parts = {_normalised(part.strip('"\r\n')) for part in line.split(delimiter)}
        if len(parts & set(table.columns)) > 1:
            return f"fields are separated by {name}s; save the file with commas"
    return None


def _new_name(column: str, unknown: Sequence[str], *, certain: bool) -> str | None:
    """Return the unknown name that `column` probably has now, if one is likely.

    `certain` asks for a name that is hardly anything else, for optional columns: there
    an unknown column is more often just an extra one.
    """

    def words(name: str) -> set[str]:
        return set(re.findall(r"[^\W_]+", name)) - (_DECORATIONS - {column})

    def likeness(name: str) -> float:
        ratio = SequenceMatcher(None, column, name[: 2 * len(column)]).ratio()
        same_words = words(name) == words(column) and words(column)
        return max(ratio, 1.0 if same_words else 0.0)

    other_names = _OTHER_NAMES.get(column, ())
    if known := next((name for name in unknown if name in other_names), None):
        return known
    best = max(unknown, key=likeness, default=None)
    if best is not None and likeness(best) >= (_WHOLE_NAME_RATIO if certain else 0.6):
        return best
    return None
