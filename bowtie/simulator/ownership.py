"""CSMs, their books, and who owned which account when.

Books belong to a pool of one or a few blocks of accounts, so that nobody's owner
depends on how many accounts there are. A book changes hands when its CSM leaves; an
account changes book when its ARR has moved to another touch tier.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np

from bowtie.simulator.billing import account_id
from bowtie.simulator.blocks import TOUCHES, Block
from bowtie.simulator.calendar import add_months, month_of, month_start
from bowtie.simulator.lives import Life
from bowtie.simulator.writing import ParquetFolder, days

# Books per pool of accounts, and blocks per pool, by touch model: sized so that a
# book holds about what the tier allows (8-25, 40-80, 100-300, 500-5,000).
BOOKS = {"high": 2, "mid": 2, "low": 2, "tech": 1}
BLOCKS_IN_POOL = {"high": 1, "mid": 1, "low": 1, "tech": 4}
LEAVES_IN_WINDOW = 0.4
# Lower edges of the touch tiers in reporting cents of ARR.
TIER_EDGES = ((10_000_000, "high"), (2_000_000, "mid"), (500_000, "low"))
NEVER_OWNED, GAP_AT_HANDOVER, MOVES_WITH_TIER = 0.02, 0.15, 0.7
_GIVEN = ("Ala", "Bero", "Cida", "Doma", "Elin", "Faro", "Gita", "Hani", "Ilo", "Jume")
_FAMILY = ("Testova", "Sampleby", "Mockler", "Fauxmann", "Dummett", "Placeholt")


@dataclass(frozen=True)
class Csm:
    """One person (or, for tech, team seat) with the time in which it works."""

    csm_id: str
    name: str
    weekly_hours: float
    touch: str
    started: int
    ended: int | None


class Ownership:
    """Who owns the block's accounts, as rows and as arrays for look-ups."""

    def __init__(self, block: Block):
        self.block = block
        self.csms: list[Csm] = []
        self.holders = self._staff()
        self.spans = [self._spans_of(life) for life in block.lives]
        widest = max(map(len, self.spans))
        self._from = np.full((len(self.spans), widest), 1 << 30)
        self._to = np.full((len(self.spans), widest), 1 << 30)
        self._csm = np.full((len(self.spans), widest), -1)
        for row, spans in enumerate(self.spans):
            for column, (csm, start, end) in enumerate(spans):
                self._csm[row, column] = csm
                self._from[row, column] = start
                if end is not None:
                    self._to[row, column] = end

    def _staff(self) -> dict[tuple[str, int], list[tuple[int, int, int | None]]]:
        """Return, by (touch, book), who holds it: (csm, from, to)."""
        settings = self.block.settings
        first = settings.oldest_start - 40
        holders = {}
        for touch in TOUCHES:
            pool = self.block.number // BLOCKS_IN_POOL[touch]
            for book in range(BOOKS[touch]):
                unit = (pool * len(TOUCHES) + TOUCHES.index(touch)) * 10 + book
                chance = settings.account_chance(unit, purpose=5)
                leaves = settings.window_start + chance.randrange(
                    60, max(61, settings.days)
                )
                changes = chance.random() < LEAVES_IN_WINDOW
                end = leaves if changes and leaves <= settings.as_of else None
                name = f"CSM-{touch[0].upper()}{pool:04d}{book + 1}"
                holds = [
                    (self._hire(chance, f"{name}A", touch, first, end), first, end)
                ]
                if end is not None:
                    heir = self._hire(chance, f"{name}B", touch, end - 14, None)
                    holds.append((heir, end, None))
                holders[touch, book] = holds
        return holders

    def _hire(
        self, chance: Random, csm_id: str, touch: str, started: int, ended: int | None
    ) -> int:
        name = f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}"
        hours = 32.0 if chance.random() < 0.1 else 40.0
        self.csms.append(Csm(csm_id, name, hours, touch, started, ended))
        return len(self.csms) - 1

    def _spans_of(self, life: Life) -> list[tuple[int, int, int | None]]:
        """Return (csm, from, to) rows of one account, in order, never overlapping."""
        settings = self.block.settings
        chance = settings.account_chance(life.account, purpose=4)
        if life.kind not in ("customer", "child") or chance.random() < NEVER_OWNED:
            return []
        start = max(life.start - chance.randrange(0, 15), life.created)
        end = life.spans[-1][1]
        end = None if end is None else end + 30
        spans: list[tuple[int, int, int | None]] = []
        for touch, begin, stop in self._books_of(life, chance, start, end):
            book = chance.randrange(BOOKS[touch])
            for csm, since, until in self.holders[touch, book]:
                low = max(begin, since)
                if since > begin and chance.random() < GAP_AT_HANDOVER:
                    low += chance.randrange(15, 45)
                ends = [day for day in (stop, until) if day is not None]
                high = min(ends) if ends else None
                if low > settings.as_of or (high is not None and low >= high):
                    continue
                spans.append((csm, low, high))
        return spans

    def _books_of(
        self, life: Life, chance: Random, start: int, end: int | None
    ) -> Iterator[tuple[str, int, int | None]]:
        """Yield (touch, from, to): the account's books as its ARR tier moves."""
        settings = self.block.settings
        touch, begin = life.segment.touch, start
        steps = self.block.arr_steps[life.account - self.block.first]
        month = month_of(max(start, settings.window_start)) // 3 * 3 + 3
        while month_start(month) <= settings.as_of:
            day = month_start(month)
            month += 3
            if end is not None and day >= end:
                break
            seen = add_months(day, -1)
            cents = next((level for at, level in reversed(steps) if at <= seen), 0)
            if cents == 0 or life.segment.name == "self-service" or day <= begin:
                continue
            tier = next((name for edge, name in TIER_EDGES if cents >= edge), "tech")
            if tier != touch and chance.random() < MOVES_WITH_TIER:
                yield touch, begin, day
                touch, begin = tier, day
        yield touch, begin, end

    def owner(self, account: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Return the position of the owner in `csms` by account and day; -1 = none."""
        found = np.full(len(account), -1)
        for column in range(self._csm.shape[1]):
            holds = (self._from[account, column] <= day) & (
                day < self._to[account, column]
            )
            found = np.where(holds, self._csm[account, column], found)
        return found

    def write(self, folder: ParquetFolder, written: set[str]) -> None:
        """Write the owner rows of the kept accounts and the CSMs they name.

        `written` holds the CSMs that an earlier block of the pool has written; it is
        added to.
        """
        block = self.block
        rows = [
            (account_id(life.account), csm, start, end)
            for life, spans in zip(
                block.lives[: block.kept], self.spans[: block.kept], strict=True
            )
            for csm, start, end in spans
        ]
        if not rows:
            return
        accounts, csms, starts, ends = zip(*rows, strict=True)
        as_of = block.settings.as_of
        folder.add(
            "crm_account_owners",
            {
                "account_id": accounts,
                "csm_id": [self.csms[csm].csm_id for csm in csms],
                "valid_from": days(starts),
                "valid_to": days(
                    [-1 if end is None or end > as_of else end for end in ends]
                ),
            },
        )
        named = [self.csms[csm] for csm in sorted(set(csms))]
        new = [csm for csm in named if csm.csm_id not in written]
        written.update(csm.csm_id for csm in new)
        folder.add(
            "crm_csms",
            {
                "csm_id": [csm.csm_id for csm in new],
                "csm_name": [csm.name for csm in new],
                "email": [f"{csm.csm_id.lower()}@bowtie.example" for csm in new],
                "team": [f"{csm.touch}-touch" for csm in new],
                "touch_model": [csm.touch for csm in new],
                "weekly_hours": [csm.weekly_hours for csm in new],
                "started_on": days([csm.started for csm in new]),
                "ended_on": days([-1 if c.ended is None else c.ended for c in new]),
            },
        )
