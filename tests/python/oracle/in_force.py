"""What an account had in force on a day, as it was believed that day.

Readings of DECISIONS A1 and H1:

- A term that lapsed counts while its grace ran, or until somebody ended it. What went
  on in a new row from the day on which the term ended did not lapse, and an item that
  was to end that day had no grace.
- What the biller closed was over from that day, whatever the ledger says since.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from oracle.health import Row
from oracle.standing import Account


def believed(
    line: Row,
    subscription: Row,
    item_ends_on: date | None,
    renewed_on: Collection[date],
    grace_days: int,
) -> Row:
    """Return a row of arr_lines as it was believed: until when, by `valid_to`.

    `renewed_on` are the first days of the subscriptions that continue this one.
    """
    over_on, ended_on = line["valid_to"], subscription["ended_on"] or date.max
    lapsed = (
        over_on is not None
        and subscription["auto_renews"] is False
        and subscription["current_term_end"] == over_on < ended_on
        and over_on not in renewed_on
        and item_ends_on != over_on
    )
    if not lapsed:
        known_to = min(over_on or date.max, ended_on)
        return {**line, "valid_to": None if known_to == date.max else known_to}
    return {**line, "valid_to": min(over_on + timedelta(days=grace_days), ended_on)}


@dataclass(frozen=True)
class Spell:
    """Days from one on in which the touch tier stays the same; None without ARR."""

    start: date
    tier: str | None


@dataclass(frozen=True)
class Customer:
    """An account that has or had ARR, by its lines as they were believed."""

    account: Account

    @property
    def started_on(self) -> date:
        """The day of its first ARR."""
        return min(line["valid_from"] for line in self.account.lines if line["arr"] > 0)

    def tier_on(self, day: date) -> str | None:
        """Return its touch tier; None without ARR."""
        held = [spell for spell in self._spells if spell.start <= day]
        return held[-1].tier if held else None

    def arr_since(self, day: date) -> date | None:
        """Return the first of the days with ARR that led to a day without a break."""
        since = None
        for spell in self._spells:
            if spell.start <= day:
                since = None if spell.tier is None else since or spell.start
        return since

    @cached_property
    def _spells(self) -> list[Spell]:
        edges = {
            row[edge]
            for rows, names in (
                (self.account.lines, ("valid_from", "valid_to")),
                (self.account.overrides, ("valid_from", "expires_on")),
            )
            for row in rows
            for edge in names
            if row[edge] is not None
        }
        return [Spell(day, self.account.tier_on(day)) for day in sorted(edges)]
