"""In which tier and health band an account was on a day.

The tier is by what the ledger has in force that day; the band that of the latest score,
of which there is one a week as long as there is ARR: older ones say nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from oracle.health import Row

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Account:
    """What is known of an account: its row of core.accounts, its lines and its bands.

    `lines` are rows of arr_lines, `overrides` of the seed touch_tier_overrides;
    `bands` have taken_on and band, `tiers` are the rows of the seed touch_tiers.
    """

    row: Row
    lines: Sequence[Row]
    overrides: Sequence[Row]
    bands: Sequence[Row]
    tiers: Sequence[Row]

    def lines_on(self, day: date) -> Iterator[Row]:
        """Yield what is in force that day."""
        for line in self.lines:
            if line["valid_from"] <= day < (line["valid_to"] or date.max):
                yield line

    def tier_on(self, day: date) -> str | None:
        """Return the tier in which the ledger has it that day; None without ARR."""
        held = list(self.lines_on(day))
        arr = sum((line["arr"] for line in held), Decimal(0))
        if arr == 0:
            return None
        if self.row["is_unmatched"]:
            return "unassigned"
        for override in self.overrides:
            if override["valid_from"] <= day < override["expires_on"]:
                return str(override["touch_tier"])
        kind = "self_service_" if all(one["is_self_service"] for one in held) else ""
        return next(
            str(tier["touch_tier"])
            for tier in self.tiers
            if tier[f"{kind}arr_from"] <= arr
            and arr < (tier[f"{kind}arr_below"] or arr + 1)
        )

    def band_on(self, day: date) -> str:
        """Return the band of the latest score of the two weeks before."""
        days, bands = self._scores
        number = bisect_right(days, day)
        if number == 0 or days[number - 1] < day - 2 * _WEEK:
            return "unscored"
        return bands[number - 1]

    @cached_property
    def _scores(self) -> tuple[list[date], list[str]]:
        """The days on which scores were taken, in order, and their bands."""
        in_order = sorted(self.bands, key=lambda score: score["taken_on"])
        return (
            [score["taken_on"] for score in in_order],
            [score["band"] for score in in_order],
        )
