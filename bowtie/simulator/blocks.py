"""A block of accounts as arrays: what the modules that write raw rows share.

Row = account of the block, column = day of the window. Lines of knots are drawn out
once here; every module then reads levels on the days it needs.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bowtie.simulator.billing import (
    Piece,
    account_id,
    add_arr_changes,
    levels,
    pieces,
)
from bowtie.simulator.chapters import live
from bowtie.simulator.lives import Life
from bowtie.simulator.settings import BLOCK, Settings
from bowtie.simulator.writing import ParquetFolder, choices

TOUCHES = ("high", "mid", "low", "tech")


class Block:
    """A block of `BLOCK` accounts, of which the first `kept` are written."""

    def __init__(self, settings: Settings, number: int, rates: dict[str, int]):
        self.settings = settings
        self.number = number
        self.first = number * BLOCK
        self.kept = min(BLOCK, settings.accounts - self.first)
        self.lives: list[Life] = [
            live(settings, self.first + i, rates) for i in range(BLOCK)
        ]
        self.pieces: list[list[Piece]] = [
            list(pieces(life, settings.as_of)) for life in self.lives
        ]
        # The account's own ARR, test accounts and merged ones included.
        self.arr_steps = [self._steps(own) for own in self.pieces]
        self.touch = np.array(
            [TOUCHES.index(life.segment.touch) for life in self.lives]
        )
        self.segment = np.array([life.segment_code for life in self.lives])
        self.is_customer = np.array([bool(life.subscriptions) for life in self.lives])
        # Accounts with which nobody at the company works.
        self.is_real = np.array(
            [life.kind not in ("test", "merged") for life in self.lives]
        )

    def _steps(self, own: list[Piece]) -> list[tuple[int, int]]:
        changes: dict[int, int] = {}
        for piece in own:
            add_arr_changes(changes, piece)
        return levels(changes, self.settings.as_of)

    def chance(self, purpose: int) -> np.random.Generator:
        """Return the block's stream for one purpose."""
        return self.settings.block_chance(self.number, purpose)

    @cached_property
    def account_ids(self) -> pa.Array:
        """The ids of the block's accounts, in order."""
        return pa.array([account_id(self.first + i) for i in range(BLOCK)])

    @cached_property
    def window_days(self) -> np.ndarray:
        """The days of the window."""
        return np.arange(self.settings.window_start, self.settings.as_of + 1)

    def spread(self, knots: str) -> np.ndarray:
        """Draw out one line of knots of every account: (accounts, days), float32."""
        out = np.empty((BLOCK, self.settings.days), dtype=np.float32)
        for row, life in enumerate(self.lives):
            line = getattr(life, knots)
            at, level = zip(*line, strict=True)
            out[row] = np.interp(self.window_days, at, level)
        return out

    @cached_property
    def wellbeing(self) -> np.ndarray:
        """How each account feels, in standard deviations of a usual account."""
        return self.spread("wellbeing")

    @cached_property
    def seats(self) -> np.ndarray:
        """Seats bought, by account and day; 1 before the first sign-up."""
        out = np.ones((BLOCK, self.settings.days), dtype=np.float32)
        for row, life in enumerate(self.lives):
            for day, seats in life.seats:
                out[row, max(0, day - self.settings.window_start) :] = seats
        return out

    @cached_property
    def active(self) -> np.ndarray:
        """Whether the account uses the product that day: in a contract, not paused."""
        first, days = self.settings.window_start, self.settings.days
        out = np.zeros((BLOCK, days), dtype=bool)
        for row, life in enumerate(self.lives):
            for start, end in life.spans:
                stop = days if end is None else max(0, end - first)
                out[row, max(0, start - first) : stop] = True
            for subscription in life.subscriptions:
                if not subscription.is_main:
                    continue
                for paused, resumed in subscription.pauses:
                    stop = max(0, resumed - first)
                    out[row, max(0, paused - first) : stop] = False
        return out

    def at(
        self, matrix: np.ndarray, account: np.ndarray, day: np.ndarray
    ) -> np.ndarray:
        """Read a matrix on given days; days outside the window take its edge."""
        column = np.clip(day - self.settings.window_start, 0, self.settings.days - 1)
        return matrix[account, column]

    def is_active(self, account: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Return whether accounts are active on days; never outside the window."""
        inside = (day >= self.settings.window_start) & (day <= self.settings.as_of)
        return inside & self.at(self.active, account, day)

    def ids(self, prefix: str, account: np.ndarray) -> pa.Array:
        """Return numbers for the rows of each account: PREFIX-<account>-<n>.

        `account` must be sorted, so that the numbers do not depend on other accounts.
        """
        count = len(account)
        positions = np.arange(count)
        is_first = np.ones(count, dtype=bool)
        is_first[1:] = account[1:] != account[:-1]
        starts = np.maximum.accumulate(np.where(is_first, positions, 0))
        return pc.binary_join_element_wise(
            prefix,
            pc.utf8_lpad(pa.array(account + self.first + 1).cast(pa.string()), 7, "0"),
            pa.array(positions - starts + 1).cast(pa.string()),
            "-",
        )

    def account_column(self, account: np.ndarray) -> pa.Array:
        """Return account ids for positions in the block."""
        return pc.take(self.account_ids, pa.array(account))

    def write(
        self, folder: ParquetFolder, table: str, account: np.ndarray, columns: dict
    ) -> None:
        """Write rows of the accounts that are kept; `account` = block positions."""
        if len(account) == 0:
            return
        keep = None if self.kept == BLOCK else account < self.kept
        folder.add(table, columns, keep)


def office_seconds(chance: np.random.Generator, day: np.ndarray) -> np.ndarray:
    """Return a moment in office hours (UTC) of each day, in seconds since 1970."""
    return day * 86_400 + chance.integers(7 * 3_600, 17 * 3_600, len(day))


def pick(
    chance: np.random.Generator, count: int, names: tuple, weights: tuple
) -> pa.Array:
    """Draw names by weight."""
    edges = np.cumsum(weights) / sum(weights)
    codes = np.searchsorted(edges, chance.random(count), side="right")
    return choices(np.minimum(codes, len(names) - 1), names)
