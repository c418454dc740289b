"""Which accounts should change hands, and what no hand-over cures: `rebalancing_moves`.

Readings of DECISIONS C3 and C7, and of the columns' descriptions. How many accounts go
from whom to whom is taken from the mart (`Plan`), for plans as good as it there may be
several; which ones they are, why, and what is left, follows from it. `better` looks for
a plan that is better by one account's way.

- Only who works on the as-of date, and serves a tier, may take accounts; of that tier.
- An account is misplaced that nobody has, or one who serves another tier; it must go,
  if its tier has a CSM. Accounts without a tier (unmatched) stay out of it.
- A CSM's accounts go in this order: outside their renewal, not in trouble, the
  smallest, the first by id; CSMs take them in the order of their ids.
- One is added for as long as a book exceeds its band, and taken away for as long as one
  is short of it, if the rest then fits into the band, but for the last.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from oracle.health import Row
from oracle.team import judged_by

# Who gives (None: nobody has it), the accounts' tier, who takes: how many.
Plan = Mapping[tuple[str | None, str, str], int]
_TROUBLE = {"yellow": 1, "red": 2}


@dataclass(frozen=True)
class Handovers:
    """A team on the as-of date.

    `accounts` are rows of account_coverage, `csms` those of csm_capacity in the month,
    `bands` of the seed touch_tiers by tier.
    """

    accounts: Sequence[Row]
    csms: Sequence[Row]
    bands: Mapping[str, Row]

    # --- The team ---------------------------------------------------------------------

    @cached_property
    def by_id(self) -> Mapping[str, Row]:
        """CSMs by id."""
        return {row["csm_id"]: row for row in self.csms}

    @cached_property
    def units(self) -> Mapping[str, tuple[str, str]]:
        """By who may take accounts: the tier, and whom its band is for."""
        units = {}
        for row in self.csms:
            if row["is_present_at_close"] and row["touch_model"] in self.bands:
                shared = self.bands[row["touch_model"]]["is_team_band"] and row["team"]
                unit = f"team {shared}" if shared else f"csm {row['csm_id']}"
                units[row["csm_id"]] = (row["touch_model"], unit)
        return units

    @cached_property
    def books(self) -> Counter[tuple[str | None, str]]:
        """How many accounts of a tier somebody has, or nobody."""
        return Counter(
            (row["csm_id"], row["touch_tier"])
            for row in self.accounts
            if row["touch_tier"] in self.bands
        )

    @cached_property
    def served(self) -> set[str]:
        """Tiers that somebody serves."""
        return {tier for tier, _ in self.units.values()}

    def is_misplaced(self, csm_id: str | None, tier: str) -> bool:
        """Whether an account has to go."""
        elsewhere = csm_id is None or self.units.get(csm_id, (tier,))[0] != tier
        return elsewhere and tier in self.served

    # --- What a plan is worth ---------------------------------------------------------

    def after(self, plan: Plan) -> Counter[tuple[str | None, str]]:
        """Return the books once a plan has happened."""
        books = Counter(self.books)
        for (giver, tier, taker), number in plan.items():
            books[giver, tier] -= number
            books[taker, tier] += number
        return books

    def outside(self, plan: Plan) -> Mapping[str, tuple[int, int, int, int]]:
        """Return by tier: units, their accounts, those above and those below a band."""
        held: Counter[str] = Counter()
        books = self.after(plan)
        for (csm_id, _), number in books.items():
            held[csm_id or ""] += number
        of_unit: dict[tuple[str, str], int] = defaultdict(int)
        for csm_id, unit in self.units.items():
            of_unit[unit] += held[csm_id]
        found = {}
        for tier, band in self.bands.items():
            loads = [number for (of, _), number in of_unit.items() if of == tier]
            low, high = band["accounts_per_csm_min"], band["accounts_per_csm_max"]
            found[tier] = (
                len(loads),
                sum(loads),
                sum(max(load - high, 0) for load in loads),
                sum(max(low - load, 0) for load in loads),
            )
            if not loads:
                asked = sum(number for (_, of), number in books.items() if of == tier)
                found[tier] = (0, asked, asked, 0)
        return found

    def cost(self, plan: Plan) -> tuple[int, int, int, int]:
        """Return what is to be least, the first in the first place."""
        books = self.after(plan)
        held: Counter[str] = Counter()
        for (csm_id, _), number in books.items():
            held[csm_id or ""] += number
        fullest: dict[str, int] = defaultdict(int)
        for csm_id, (tier, _) in self.units.items():
            fullest[tier] = max(fullest[tier], held[csm_id])
        return (
            sum(
                number
                for (csm_id, tier), number in books.items()
                if self.is_misplaced(csm_id, tier)
            ),
            sum(over + under for _, _, over, under in self.outside(plan).values()),
            sum(plan.values()),
            sum(fullest.values()),
        )

    def better(self, plan: Plan) -> Plan | None:
        """Return a plan that costs less by one move more, less, or otherwise."""
        cost = self.cost(plan)
        nothing = Counter[tuple[str | None, str, str]]()
        more = [nothing, *(Counter([move]) for move in self._moves_to_own_tier())]
        less = [nothing, *(Counter([move]) for move in plan)]
        for added, dropped in itertools.product(more, less):
            other = Counter(plan)
            other.update(added)
            other.subtract(dropped)
            if self._is_possible(other) and self.cost(other) < cost:
                return other
        return None

    def _moves_to_own_tier(self) -> Iterator[tuple[str | None, str, str]]:
        for giver, tier in self.books:
            for taker, (of, _) in self.units.items():
                if of == tier and giver != taker:
                    yield giver, tier, taker

    def _is_possible(self, plan: Plan) -> bool:
        given: Counter[tuple[str | None, str]] = Counter()
        for (giver, tier, _), number in plan.items():
            given[giver, tier] += number
        return all(number <= self.books[book] for book, number in given.items())

    # --- The mart ---------------------------------------------------------------------

    def rows(self, plan: Plan) -> list[Row]:
        """Return the mart's rows, if the accounts go as a plan says."""
        return [*self._moves(plan), *self._uncured(plan)]

    def _moves(self, plan: Plan) -> Iterator[Row]:
        waiting: dict[tuple[str | None, str], list[Row]] = defaultdict(list)
        for row in self.accounts:
            waiting[row["csm_id"], row["touch_tier"]].append(row)
        lines = {
            book: iter(sorted(rows, key=_reluctance)) for book, rows in waiting.items()
        }
        for (giver, tier, taker), number in sorted(
            plan.items(), key=lambda move: move[0][2]
        ):
            for account in itertools.islice(lines[giver, tier], number):
                yield {
                    "proposal_id": f"account {account['account_id']}",
                    "proposal": "move",
                    "account_id": account["account_id"],
                    "account_name": account["account_name"],
                    "touch_tier": tier,
                    "arr": Fraction(account["arr"]),
                    "from_csm_id": giver,
                    "from_csm_name": account["csm_name"],
                    "to_csm_id": taker,
                    "to_csm_name": self.by_id[taker]["csm_name"],
                    "reason": self._reason(account, taker, plan),
                    "accounts_outside": 0,
                    "heads_missing": 0,
                }

    def _reason(self, account: Row, taker: str, plan: Plan) -> str:
        """Say why; a move without a reason says that it has none."""
        if account["csm_id"] is None:
            return "uncovered"
        if account["csm_touch_tier"] not in (None, account["touch_tier"]):
            return "mis-tiered"
        if self._band(account["csm_id"], {}) == "over":
            return "giver over band"
        given_up = {
            move: number
            for move, number in plan.items()
            if self.is_misplaced(move[0], move[1])
            and self.units.get(move[0] or "") == self.units[taker]
        }
        if "under" in (self._band(taker, {}), self._band(taker, given_up)):
            return "taker under band"
        return "none"

    def _band(self, csm_id: str, plan: Plan) -> str | None:
        """Return where a CSM, or the whole team, is to the band."""
        if csm_id not in self.units:
            return None
        tier, _ = self.units[csm_id]
        books = self.after(plan)
        load = sum(
            number
            for (holder, _), number in books.items()
            if self.units.get(holder or "") == self.units[csm_id]
        )
        return judged_by(Fraction(load), self.bands[tier])

    def _uncured(self, plan: Plan) -> Iterator[Row]:
        for tier, (units, accounts, over, under) in self.outside(plan).items():
            if not over and not under:
                continue
            band = self.bands[tier]
            missing = _heads_for(units, accounts, over, band) - units
            reason = "too few accounts"
            if over:
                reason = f"too few {'teams' if band['is_team_band'] else 'heads'}"
            elif missing < 0:
                reason = "too many heads"
            nothing = dict.fromkeys(
                (
                    *("account_id", "account_name", "arr"),
                    *("from_csm_id", "from_csm_name", "to_csm_id", "to_csm_name"),
                )
            )
            yield {
                **nothing,
                "proposal_id": f"tier {tier}",
                "proposal": "infeasible",
                "touch_tier": tier,
                "reason": reason,
                "accounts_outside": over + under,
                "heads_missing": missing,
            }


def _heads_for(units: int, accounts: int, over: int, band: Row) -> int:
    """Return how many CSMs, or teams, would be in band, as near as can be."""
    low, high = band["accounts_per_csm_min"], band["accounts_per_csm_max"]
    heads = units
    if over:
        while heads * high < accounts:
            heads += 1
        return heads
    while heads > 1 and heads * low > accounts:
        heads -= 1
    return heads if heads * high >= accounts else units


def _reluctance(account: Row) -> tuple[bool, int, Fraction, str]:
    """Order a CSM's accounts by how ill they would bear to change hands."""
    return (
        account["lifecycle_stage"] == "renewal",
        _TROUBLE.get(account["health_band"], 0),
        Fraction(account["arr"]),
        account["account_id"],
    )
