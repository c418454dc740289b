"""Retention as its page shows it: who, why, against what target, and the ARR bridge.

Readings of DECISIONS A7 and N4:

- All ends with the last month that is whole on the as-of date. The cohort are the
  accounts with ARR at the close twelve months before; it keeps its tier and owner of
  that close.
- A cause of an account is what its events since that close come to, named by what an
  expansion or contraction is made of, any other event by itself. What they leave of its
  change is the exchange rates'. A cause that nets to nothing moved nobody.
- Of causes of one size the first by name is the main one.
- A tier is shown while it has a base then, the company always.
- A month that the waterfall does not have opened and closed with nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from oracle.arithmetic import first_day, last_day, month_number, rounded_away
from oracle.health import Row

MONTHS = 12
BRIDGES = (3, 12)
METRICS = ("nrr", "grr", "logo_retention")
STEPS = {
    "new": "new_arr",
    "reactivation": "reactivation_arr",
    "resumed": "resumed_arr",
    "expansion": "expansion_arr",
    "contraction": "contraction_arr",
    "paused": "paused_arr",
    "churn": "churned_arr",
    "exchange_rates": "fx_arr",
}
EVENT_CAUSES = ("seats", "price", "product", "tier", "discount_expiry")
ZERO = Decimal(0)
_MOST = Fraction(999_999_999_999, 10**6)


def rate(part: Decimal | int, whole: Decimal | int) -> Fraction | None:
    """Return a share as a rate column holds it; None on an empty base (A11)."""
    if not whole:
        return None
    share = rounded_away(Fraction(part) / Fraction(whole), 6)
    return max(min(share, _MOST), -_MOST)


@dataclass(frozen=True)
class Member:
    """An account of the cohort: what it had, what it has, and what moved it."""

    account_id: str
    base: Decimal
    current: Decimal
    causes: Mapping[str, Decimal]

    @property
    def main_cause(self) -> str | None:
        """What did most in the direction in which the account moved."""
        change = self.current - self.base
        pulling = [
            (-abs(arr), cause) for cause, arr in self.causes.items() if arr * change > 0
        ]
        return min(pulling)[1] if pulling else None


@dataclass(frozen=True)
class Reports:
    """The marts of one built database.

    `closings` are rows of revenue.arr_monthly of the cohort's month and of the last
    whole one, `events` those of revenue.arr_events, `retention` of revenue.retention
    over twelve months, `waterfall` of revenue.arr_waterfall for the company; `owners`
    are the owner periods by account, the rest rows by their id.
    """

    closed_on: date
    closings: Sequence[Row]
    events: Mapping[str, Sequence[Row]]
    owners: Mapping[str, Sequence[Row]]
    names: Mapping[str, str | None]
    csms: Mapping[str, str | None]
    retention: Sequence[Row]
    targets: Sequence[Row]
    waterfall: Sequence[Row]

    @property
    def month(self) -> int:
        """The last whole month, numbered."""
        return month_number(self.closed_on)

    @property
    def opened_on(self) -> date:
        """The day at whose end the cohort is taken."""
        return last_day(self.month - MONTHS)

    @cached_property
    def members(self) -> list[Member]:
        """The cohort."""
        now = self._by_account(self.month)
        return [
            self._member(account_id, row["closing_arr"], now.get(account_id))
            for account_id, row in self._by_account(self.month - MONTHS).items()
            if row["closing_arr"] > 0
        ]

    def _by_account(self, month: int) -> dict[str, Row]:
        day = first_day(month)
        return {row["account_id"]: row for row in self.closings if row["month"] == day}

    def _member(self, account_id: str, base: Decimal, now: Row | None) -> Member:
        current = now["closing_arr"] if now else ZERO
        causes: Counter[str] = Counter()
        for event in self.events.get(account_id, []):
            if not self.opened_on < event["event_on"] <= self.closed_on:
                continue
            if event["movement_type"] in ("expansion", "contraction"):
                for cause in EVENT_CAUSES:
                    causes[cause] += event[f"{cause}_arr"]
            else:
                causes[event["movement_type"]] += event["delta_arr"]
        causes["exchange_rates"] = current - base - sum(causes.values(), ZERO)
        moved = {cause: arr for cause, arr in causes.items() if arr}
        return Member(account_id, base, current, moved)

    def accounts(self) -> Iterator[Row]:
        """Yield the rows of revenue.retention_accounts."""
        tiers = {
            account_id: row["closing_touch_tier"]
            for account_id, row in self._by_account(self.month - MONTHS).items()
        }
        for member in self.members:
            csm_id = self._owner(member.account_id)
            name = self.names.get(member.account_id)
            yield {
                "account_id": member.account_id,
                "account_name": member.account_id if name is None else name,
                "touch_tier": tiers[member.account_id],
                "csm_id": csm_id,
                "csm_name": None if csm_id is None else self.csms.get(csm_id),
                "base_arr": member.base,
                "current_arr": member.current,
                "change_arr": member.current - member.base,
                "is_retained": member.current > 0,
                "main_cause": member.main_cause,
            }

    def _owner(self, account_id: str) -> str | None:
        for period in self.owners.get(account_id, []):
            until = period["valid_to"] or date.max
            if period["valid_from"] <= self.opened_on < until:
                return str(period["csm_id"])
        return None

    def causes(self) -> Iterator[Row]:
        """Yield the rows of revenue.retention_causes."""
        base = sum((member.base for member in self.members), ZERO)
        for cause in sorted({one for member in self.members for one in member.causes}):
            moves = [
                member.causes[cause]
                for member in self.members
                if cause in member.causes
            ]
            gained = sum((arr for arr in moves if arr > 0), ZERO)
            lost = sum((arr for arr in moves if arr < 0), ZERO)
            yield {
                "cause": cause,
                "accounts": len(moves),
                "gained_arr": gained,
                "lost_arr": lost,
                "net_arr": gained + lost,
                "nrr_points": rate(gained + lost, base),
            }

    def standings(self) -> Iterator[Row]:
        """Yield the rows of revenue.retention_standings."""
        rows = {
            (row["slice_value"], row["as_of_month"]): row
            for row in self.retention
            if row["slice_name"] in ("all", "touch_tier")
        }
        targets = {
            (row["touch_tier"], row["metric"]): row["target"] for row in self.targets
        }
        today = first_day(self.month)
        shown = {tier for tier, month in rows if tier == "all" or month == today}
        for tier in shown:
            now, quarter_ago, year_ago = (
                rows.get((tier, first_day(self.month - back)), {})
                for back in (0, 3, MONTHS)
            )
            for position, metric in enumerate(METRICS, start=1):
                share, target = now.get(metric), targets.get((tier, metric))
                distance = _less(share, target)
                yield {
                    "touch_tier": tier,
                    "metric": metric,
                    "position": position,
                    "as_of_month": today,
                    "base_accounts": now.get("base_accounts", 0),
                    "base_arr": now.get("base_arr", ZERO),
                    "rate": share,
                    "rate_quarter_ago": quarter_ago.get(metric),
                    "change_on_quarter": _less(share, quarter_ago.get(metric)),
                    "rate_year_ago": year_ago.get(metric),
                    "change_on_year": _less(share, year_ago.get(metric)),
                    "target": target,
                    "distance_to_target": distance,
                    "is_on_target": None if distance is None else distance >= 0,
                }

    def bridges(self) -> Iterator[Row]:
        """Yield the rows of revenue.arr_bridge_steps."""
        months = {month_number(row["month"]): row for row in self.waterfall}
        for window in BRIDGES:
            before = self.month - window
            inside = [
                row for month, row in months.items() if before < month <= self.month
            ]
            steps = {
                "opening": _closing(months.get(before)),
                **{
                    step: sum((row[column] for row in inside), ZERO)
                    for step, column in STEPS.items()
                },
                "closing": _closing(months.get(self.month)),
            }
            for position, (step, arr) in enumerate(steps.items(), start=1):
                yield {
                    "window_months": window,
                    "position": position,
                    "step": step,
                    "arr": arr,
                }


def _less(share: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if share is None or other is None else share - other


def _closing(row: Row | None) -> Decimal:
    return row["closing_arr"] if row else ZERO
