"""What the team carries, in accounts and in hours: `csm_capacity`, `tier_capacity`.

Readings of DECISIONS C1 to C4 and C6, and of the columns' descriptions:

- Hours are exact; where they are shown, they are rounded half up to four decimals.
- A CSM owned something in a month with an account that has ARR at its close, either
  on that day or on a working day before; what is done is what took time.
- Activities of nobody on the list of CSMs are those of `unassigned`.
- Where a team's band is judged, who is not present has nothing to be judged by.
- A band judges exact ratios, not the rounded ones beside it; both edges are in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from math import ceil

from oracle.arithmetic import ratio, rounded
from oracle.health import Row
from oracle.month_closes import UNASSIGNED, Rows, Standing, working_days
from oracle.team import (
    CATEGORIES,
    TIERS,
    Csm,
    Load,
    Policy,
    category_of,
    hours,
    judged_by,
    minutes_of,
)

_WORKING_WEEK = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Capacity:
    """The marts of one built database: its rows, accounts at months' closes, policy."""

    rows: Rows
    standings: Sequence[Standing]
    csms: Mapping[str, Csm]
    activities: Sequence[Row]
    policy: Policy

    # --- What the marts are made of ---------------------------------------------------

    @cached_property
    def books(self) -> Mapping[tuple[str, date, str], Load]:
        """Accounts and ARR by owner at the close, month and the accounts' own tier."""
        books: dict[tuple[str, date, str], Load] = defaultdict(Load)
        for standing in self.standings:
            load = books[standing.owner, standing.month, standing.tier]
            load.accounts += 1
            load.arr += standing.arr
        return books

    @cached_property
    def planned(self) -> Mapping[tuple[str, date, str, str], Fraction]:
        """Hours that accounts need by who had them, month, tier and category."""
        days: dict[tuple[str, date, str, str, str], int] = defaultdict(int)
        for standing in self.standings:
            for csm_id, owned in standing.days.items():
                kind = (standing.tier, standing.band, standing.stage)
                days[csm_id, standing.month, *kind] += owned
        hours: dict[tuple[str, date, str, str], Fraction] = defaultdict(Fraction)
        for (csm_id, month, tier, band, stage), owned in days.items():
            for row in self.policy.hours:
                if (
                    row["touch_tier"] == tier
                    and row["health_band"] in (None, band)
                    and row["lifecycle_stage"] in (None, stage)
                ):
                    hours[csm_id, month, tier, row["category"]] += (
                        Fraction(row["weekly_hours"]) * owned / _WORKING_WEEK
                    )
        return hours

    @cached_property
    def logged(self) -> Mapping[tuple[str, date, str], list[Row]]:
        """Activities that took time, by CSM, month and category."""
        found: dict[tuple[str, date, str], list[Row]] = defaultdict(list)
        first = min(self.rows.months, default=date.max)
        for activity in self.activities:
            month = activity["occurred_on"].replace(day=1)
            if month >= first and minutes_of(activity):
                csm_id = activity["csm_id"]
                csm_id = csm_id if csm_id in self.csms else UNASSIGNED
                found[csm_id, month, category_of(activity)].append(activity)
        return found

    @cached_property
    def csm_months(self) -> set[tuple[str, date]]:
        """The months in which a CSM worked, owned or did anything."""
        keys = (*self.logged, *self.books, *self.planned)
        found = {(csm_id, month) for csm_id, month, *_ in keys}
        found |= {(UNASSIGNED, month) for month in self.rows.months}
        return found | {
            (csm_id, month)
            for csm_id, csm in self.csms.items()
            for month in self.rows.months
            if csm.started_on <= self.rows.closes_on(month) and month < csm.ended_on
        }

    def loads_of(self, tier: str, month: date) -> dict[str, Load]:
        """Return by owner what there is of a tier at a month's close."""
        return {
            csm_id: load
            for (csm_id, of_month, of_tier), load in self.books.items()
            if (of_month, of_tier) == (month, tier)
        }

    def present(self, month: date, tier: str) -> list[Csm]:
        """Return who serves a tier and works at a month's close."""
        day = self.rows.closes_on(month)
        return [
            csm
            for csm in self.csms.values()
            if csm.touch_model == tier and csm.works_on(day)
        ]

    def full_time_hours(self, month: date) -> Fraction:
        """Return the hours of a full-time CSM in a month, until its close."""
        days = working_days(month, self.rows.closes_on(month) + _DAY)
        return self.policy.full_time * days / _WORKING_WEEK

    def book_accounts(self, csms: Iterable[Csm], month: date) -> int:
        """Count the accounts that CSMs own at a month's close, of any tier."""
        tiers = (*TIERS, UNASSIGNED)
        return sum(
            self.books[csm.csm_id, month, tier].accounts
            for csm in csms
            for tier in tiers
            if (csm.csm_id, month, tier) in self.books
        )

    # --- csm_capacity -----------------------------------------------------------------

    def csm_capacity(self) -> list[Row]:
        """Return the mart's rows."""
        return [
            self._csm_row(csm_id, month) for csm_id, month in sorted(self.csm_months)
        ]

    def _csm_row(self, csm_id: str, month: date) -> Row:
        csm = self.csms.get(csm_id)
        closes_on = self.rows.closes_on(month)
        loads = {
            tier: self.books.get((csm_id, month, tier), Load())
            for tier in (*TIERS, UNASSIGNED)
        }
        row = {
            "csm_id": csm_id,
            "month": month,
            "is_partial": self.rows.is_partial(month),
            "csm_name": csm and csm.csm_name,
            "team": csm and csm.team,
            "touch_model": csm and csm.touch_model,
            "is_present_at_close": csm is not None and csm.works_on(closes_on),
            "accounts": sum(load.accounts for load in loads.values()),
            "arr": Fraction(sum(load.arr for load in loads.values())),
            "weekly_hours": csm and csm.weekly_hours,
        }
        for tier in TIERS:
            row[f"{tier}_accounts"] = loads[tier].accounts
            row[f"{tier}_arr"] = Fraction(loads[tier].arr)
        row |= self._band_of(csm, month, row["accounts"])
        return row | self._hours_of(csm_id, csm, month)

    def _band_of(self, csm: Csm | None, month: date, accounts: int) -> Row:
        tier = self.policy.tiers.get(csm.touch_model or "") if csm else None
        present = csm is not None and csm.works_on(self.rows.closes_on(month))
        judged: int | None = accounts
        if csm and tier and tier["is_team_band"]:
            mates = [
                mate
                for mate in self.present(month, tier["touch_tier"])
                if mate.own_team == csm.own_team
            ]
            judged = self.book_accounts(mates, month) if present else None
        band = tier if present else None
        return {
            "band_accounts": judged,
            "recommended_min": band and band["accounts_per_csm_min"],
            "recommended_max": band and band["accounts_per_csm_max"],
            "band": band and judged_by(Fraction(judged or 0), band),
        }

    def _hours_of(self, csm_id: str, csm: Csm | None, month: date) -> Row:
        planned = {
            category: sum(
                self.planned.get((csm_id, month, tier, category), Fraction(0))
                for tier in TIERS
            )
            for category in CATEGORIES
        }
        logged = {
            category: self.logged.get((csm_id, month, category), [])
            for category in CATEGORIES
        }
        actual = {category: hours(held) for category, held in logged.items()}
        facing = sum(
            hours([one for one in held if one["activity_type"] != "internal"])
            for held in logged.values()
        )
        expected, spent = sum(planned.values()), sum(actual.values())
        available = self._available(csm, month)
        share, logged_share = ratio(facing, spent), ratio(spent, available)
        return {
            **{f"planned_{name}_hours": value for name, value in planned.items()},
            **{f"actual_{name}_hours": value for name, value in actual.items()},
            "expected_hours": expected,
            "available_hours": available,
            "utilisation": ratio(expected, available),
            "actual_hours": spent,
            "customer_facing_hours": facing,
            "customer_facing_share": share,
            "logged_share": logged_share,
            "customer_facing_status": self._facing_status(share, logged_share),
        }

    def _available(self, csm: Csm | None, month: date) -> Fraction:
        if csm is None:
            return Fraction(0)
        until = self.rows.closes_on(month) + _DAY
        days = working_days(max(csm.started_on, month), min(csm.ended_on, until))
        return rounded(csm.weekly_hours * days / _WORKING_WEEK, 4)

    def _facing_status(
        self, share: Fraction | None, logged: Fraction | None
    ) -> str | None:
        if share is None or (logged or 0) < self.policy.logged_share_needed:
            return None
        if share < self.policy.share_from:
            return "under"
        return "over" if share > self.policy.share_to else "in"

    # --- tier_capacity ----------------------------------------------------------------

    def tier_capacity(self) -> list[Row]:
        """Return the mart's rows."""
        return [
            self._tier_row(tier, month)
            for month in self.rows.months
            for tier in (*TIERS, UNASSIGNED)
        ]

    def _tier_row(self, tier: str, month: date) -> Row:
        loads = self.loads_of(tier, month)
        csms = self.present(month, tier)
        teams = len({csm.own_team for csm in csms})
        accounts = sum(load.accounts for load in loads.values())
        book = self.book_accounts(csms, month)
        expected = sum(
            value
            for (_, of_month, of_tier, _), value in self.planned.items()
            if (of_month, of_tier) == (month, tier)
        )
        by_hours = self._heads(expected, month)
        return {
            "touch_tier": tier,
            "month": month,
            "is_partial": self.rows.is_partial(month),
            "accounts": accounts,
            "arr": Fraction(sum(load.arr for load in loads.values())),
            "uncovered_accounts": loads.get(UNASSIGNED, Load()).accounts,
            "csms": len(csms),
            "teams": teams,
            "full_time_equivalents": rounded(
                sum((csm.weekly_hours for csm in csms), Fraction(0))
                / self.policy.full_time,
                6,
            ),
            "book_accounts": book,
            "accounts_per_csm": ratio(book, len(csms)),
            "accounts_per_team": ratio(book, teams),
            "expected_hours": expected,
            "csms_needed_by_hours": by_hours,
            **self._tier_band(tier, accounts, book, len(csms), teams, by_hours),
        }

    def _heads(self, expected: Fraction, month: date) -> int | None:
        """Return the full-time heads that hours of a month take."""
        full_time = self.full_time_hours(month)
        return ceil(expected / full_time) if full_time else None

    def _tier_band(
        self,
        tier: str,
        accounts: int,
        book: int,
        csms: int,
        teams: int,
        by_hours: int | None,
    ) -> Row:
        band = self.policy.tiers.get(tier)
        if band is None:
            return {
                "is_team_band": False,
                "recommended_min": None,
                "recommended_max": None,
                "status": None,
                "teams_needed": None,
                "csms_needed": None,
            }
        units = teams if band["is_team_band"] else csms
        needed = ceil(Fraction(accounts, band["accounts_per_csm_max"]))
        status = None
        if units:
            status = judged_by(Fraction(book, units), band)
        elif accounts:
            status = "over"
        return {
            "is_team_band": band["is_team_band"],
            "recommended_min": band["accounts_per_csm_min"],
            "recommended_max": band["accounts_per_csm_max"],
            "status": status,
            "teams_needed": needed if band["is_team_band"] else None,
            "csms_needed": max(needed, by_hours or 0)
            if band["is_team_band"]
            else needed,
        }
