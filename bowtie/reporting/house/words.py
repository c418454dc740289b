"""Words that follow from data, so that a sentence cannot contradict its chart."""

from __future__ import annotations

from markupsafe import Markup

from bowtie.reporting.house.formats import MISSING
from bowtie.reporting.house.warehouse import Row, Value


def moved(change: Value, since: str) -> Markup:
    """Return "up 1.2 pts on `since`"; "unchanged", where that rounds to nothing.

    `change` is in points of a rate or in percent (kinds `points`, `percent_change`).
    """
    written = change.written(short=True)
    if written == MISSING:
        return Markup("not comparable with {}").format(since)
    if not any(digit in written for digit in "123456789"):
        return Markup("unchanged on {}").format(since)
    word = "up" if change.raw > 0 else "down"
    apart = change.shown_as(f"{change.kind.partition('_')[0]}_apart")
    return Markup("{} {} on {}").format(word, apart, since)


def against_target(row: Row) -> Markup:
    """Return how a row with `target` and `is_on_target` stands."""
    if row.target.raw is None:
        return Markup("without a target")
    if row.is_on_target.raw is None:
        return Markup("not comparable with its target of {}").format(row.target)
    if row.is_on_target.raw:
        return Markup("on its target of {}").format(row.target)
    return Markup("short of its target of {}").format(row.target)


def capital(value: Value) -> Value:
    """Return a word as it begins a sentence."""
    return value.shown_as("capital")


def counted(count: Value, one: str, many: str) -> Markup:
    """Return a count with its noun: 1 account, 2 accounts."""
    return Markup("{} {}").format(count, one if count.raw == 1 else many)


def tone(row: Row) -> str | None:
    """Return the tone of a tile for a row with `is_on_target`."""
    return {True: "good", False: "bad", None: None}[row.is_on_target.raw]
