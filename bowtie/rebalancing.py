"""Which accounts should change hands: the fewest that bring every CSM into band.

An integer programme, solved by HiGHS through scipy. Accounts that are alike (same CSM,
same touch tier) are one number, and so are the accounts that a CSM takes: there are as
many unknowns as books and CSMs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

# Seconds after which the solver gives up; a team of thousands takes a few.
_TIME_LIMIT = 60


@dataclass(frozen=True)
class Book:
    """Accounts of one touch tier that one CSM owns; nobody, if `csm_id` is None."""

    csm_id: str | None
    touch_tier: str
    accounts: int


@dataclass(frozen=True)
class Seat:
    """A CSM who may take accounts of a tier.

    `unit` is what the band [`lowest`, `highest`] counts accounts for: the CSM alone, or
    a team whose members all carry the same unit and band.
    """

    csm_id: str
    touch_tier: str
    unit: str
    lowest: int
    highest: int


@dataclass(frozen=True)
class Flow:
    """A number of accounts of one tier to hand from one CSM (or nobody) to another."""

    from_csm_id: str | None
    touch_tier: str
    to_csm_id: str
    accounts: int


class RebalancingError(RuntimeError):
    """The solver found no answer in its time."""


@dataclass
class _Programme:
    """Rows and bounds of an integer programme, one row a constraint."""

    upper: list[float] = field(default_factory=list)
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def unknown(self, at_most: float = np.inf) -> int:
        self.upper.append(at_most)
        return len(self.upper) - 1

    def require(self, terms: dict[int, float], lowest: float, highest: float) -> None:
        if terms:
            self.rows.append((terms, lowest, highest))

    def minimise(self, costs: dict[int, float]) -> np.ndarray:
        """Return whole numbers that cost least, and hold that cost from now on."""
        objective = np.zeros(len(self.upper))
        objective[list(costs)] = list(costs.values())
        entries = [
            (row, column, factor)
            for row, (terms, _, _) in enumerate(self.rows)
            for column, factor in terms.items()
        ]
        matrix = coo_array(
            (
                [factor for _, _, factor in entries],
                ([row for row, _, _ in entries], [column for _, column, _ in entries]),
            ),
            shape=(len(self.rows), len(self.upper)),
        ).tocsr()
        result = milp(
            objective,
            integrality=np.ones(len(self.upper)),
            bounds=Bounds(0, np.array(self.upper)),
            constraints=LinearConstraint(
                matrix,
                [lowest for _, lowest, _ in self.rows],
                [highest for _, _, highest in self.rows],
            ),
            options={"time_limit": _TIME_LIMIT, "mip_rel_gap": 0},
        )
        if result.status != 0 or result.x is None:
            raise RebalancingError(f"no rebalancing found: {result.message}")
        self.require(costs, -np.inf, round(result.fun))
        return np.rint(result.x).astype(int)


def fewest_moves(books: Sequence[Book], seats: Sequence[Seat]) -> list[Flow]:
    """Return the fewest moves to every account's own tier and every unit's band.

    In this order: every account that nobody owns, or whose CSM serves another tier,
    goes to a CSM of its tier, if there is one; as few accounts as possible are outside
    a band (none, where that can be); as few as possible move; the fullest CSM of each
    tier is as little full as can be; the rest is decided by the order of the ids. An
    account only ever moves to a CSM of its tier.

    Raises RebalancingError if the solver does not finish.
    """
    seats = sorted(seats, key=lambda seat: (seat.touch_tier, seat.csm_id))
    books = sorted(books, key=lambda book: (book.touch_tier, book.csm_id or ""))
    tier_of = {seat.csm_id: seat.touch_tier for seat in seats}
    by_tier: dict[str, list[Seat]] = defaultdict(list)
    for seat in seats:
        by_tier[seat.touch_tier].append(seat)

    # Who gives and who takes are unknowns, not who gives to whom: a team of thousands
    # has millions of pairs. Nobody does both, since that would be two moves too many.
    programme = _Programme()
    gives: dict[int, int] = {}
    change: dict[str, dict[int, float]] = defaultdict(dict)
    pools: dict[str, dict[int, float]] = defaultdict(dict)
    now: dict[str, int] = defaultdict(int)
    for number, book in enumerate(books):
        now[book.csm_id or ""] += book.accounts
        takers = by_tier[book.touch_tier]
        if all(seat.csm_id == book.csm_id for seat in takers):
            continue
        given = gives[number] = programme.unknown(at_most=book.accounts)
        pools[book.touch_tier][given] = 1.0
        if book.csm_id:
            change[book.csm_id][given] = -1.0
        at_home = tier_of.get(book.csm_id or "", book.touch_tier) == book.touch_tier
        must = 0 if book.csm_id and at_home else book.accounts
        programme.require({given: 1.0}, must, book.accounts)
    if not gives:
        return []
    takes = {}
    for seat in seats:
        taken = takes[seat.csm_id] = programme.unknown()
        pools[seat.touch_tier][taken] = -1.0
        change[seat.csm_id][taken] = 1.0
    for pool in pools.values():
        programme.require(pool, 0, 0)

    outside = _bands(programme, seats, change, now)
    programme.minimise(outside)
    programme.minimise(dict.fromkeys(gives.values(), 1.0))
    programme.minimise(_peaks(programme, by_tier, change, now))
    in_order = (*gives.values(), *takes.values())
    answer = programme.minimise(
        {move: 1.0 + rank for rank, move in enumerate(in_order)}
    )
    return [
        Flow(giver, tier, taker, accounts)
        for tier, takers in by_tier.items()
        for giver, taker, accounts in _paired(
            [
                (books[number].csm_id, int(answer[given]))
                for number, given in gives.items()
                if books[number].touch_tier == tier
            ],
            [(seat.csm_id, int(answer[takes[seat.csm_id]])) for seat in takers],
        )
    ]


def _paired(
    givers: Iterable[tuple[str | None, int]], takers: Iterable[tuple[str, int]]
) -> Iterator[tuple[str | None, str, int]]:
    """Hand what is given to who takes, both in their order; the sums are equal."""
    waiting = iter(takers)
    taker, room = "", 0
    for giver, accounts in givers:
        while accounts:
            while not room:
                taker, room = next(waiting)
            handed = min(accounts, room)
            yield giver, taker, handed
            accounts -= handed
            room -= handed


def _bands(
    programme: _Programme,
    seats: Sequence[Seat],
    change: dict[str, dict[int, float]],
    now: dict[str, int],
) -> dict[int, float]:
    """Add each unit's band; return the unknowns that count accounts outside it."""
    outside = {}
    units: dict[str, list[Seat]] = defaultdict(list)
    for seat in seats:
        units[seat.unit].append(seat)
    for _, members in sorted(units.items()):
        have = sum(now[seat.csm_id] for seat in members)
        terms: dict[int, float] = defaultdict(float)
        for seat in members:
            for move, sign in change[seat.csm_id].items():
                terms[move] += sign
        short, over = programme.unknown(), programme.unknown()
        programme.require(
            {**terms, short: 1.0, over: -1.0},
            members[0].lowest - have,
            members[0].highest - have,
        )
        outside |= {short: 1.0, over: 1.0}
    return outside


def _peaks(
    programme: _Programme,
    by_tier: dict[str, list[Seat]],
    change: dict[str, dict[int, float]],
    now: dict[str, int],
) -> dict[int, float]:
    """Add, for each tier, an unknown no smaller than its fullest book; return them."""
    peaks = {}
    for tier in sorted(tier for tier, seats in by_tier.items() if seats):
        peak = programme.unknown()
        peaks[peak] = 1.0
        for seat in by_tier[tier]:
            relief = {move: -sign for move, sign in change[seat.csm_id].items()}
            programme.require({peak: 1.0, **relief}, now[seat.csm_id], np.inf)
    return peaks
