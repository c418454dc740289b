"""How many CSMs the coming twelve months need: `headcount_forecast`.

Readings of DECISIONS C8, and of the columns' descriptions:

- What happens in a year happens in equal parts in its months; each month's part has six
  decimals, rounded half up, before it is multiplied.
- By a month's close at most the accounts churn that had a term end by then.
- Accounts are shown with four decimals, and heads are for the accounts so shown.
- A deal is over by the CRM's day or by its stage (DECISIONS E5), and worth what the
  reference date's rate makes of it.
- A deal counts in the tier of its own amount, in the month of its date or, if that is
  over, in the next; one without a date has a quarter (91 days).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from math import ceil

from oracle.arithmetic import add_months, first_day, month_number, ratio, rounded
from oracle.capacity import Capacity
from oracle.expansion import Deal
from oracle.health import Row

_MONTHS = 12
_WITHOUT_DATE = timedelta(days=91)


@dataclass(frozen=True)
class Outlook:
    """The mart of one built database.

    `customers` are rows of core.accounts, `deals` all new business, `kept` retention of
    twelve months by tier, `won` the waterfall's rows of the last twelve months,
    `scenarios` the seed's.
    """

    capacity: Capacity
    customers: Sequence[Row]
    deals: Sequence[Deal]
    kept: Mapping[str, Row]
    won: Sequence[Row]
    scenarios: Sequence[Row]

    def rows(self) -> list[Row]:
        """Return the mart's rows."""
        this_month = first_day(month_number(self.capacity.rows.as_of))
        tiers = {
            row["touch_tier"]: row
            for row in self.capacity.tier_capacity()
            if row["month"] == this_month
        }
        return [
            row
            for tier in self.capacity.policy.tiers
            for scenario in self.scenarios
            for row in self._months_of(tiers[tier], scenario)
        ]

    def _months_of(self, today: Row, scenario: Row) -> Iterator[Row]:
        tier = today["touch_tier"]
        band = self.capacity.policy.tiers[tier]
        ends, deals = self._term_ends(tier), self._deal_months(tier)
        last_year = sum(
            row["new_accounts"] + row["reactivated_accounts"] + row["resumed_accounts"]
            for row in self.won
            if row["slice_value"] == tier
        )
        churn = min(self._churn_of(tier) * Fraction(scenario["churn_factor"]), 1)
        before = (Fraction(0), Fraction(0))
        for month in range(1, _MONTHS + 1):
            ended = sum(number for at, number in ends.items() if 0 < at <= month)
            due = sum(number for at, number in deals.items() if at <= month)
            gone = rounded(churn * (ended + _part(ends[0], month)), 4)
            come = rounded(
                max(_part(last_year, month), due * self._win_rate(scenario))
                * Fraction(scenario["growth_factor"]),
                4,
            )
            accounts = today["accounts"] - gone + come
            yield {
                "touch_tier": tier,
                "month": add_months(today["month"], month),
                "scenario": scenario["scenario"],
                "accounts_up_for_renewal": ends[month],
                "churned_accounts": gone - before[0],
                "arriving_accounts": come - before[1],
                "accounts": accounts,
                "csms": today["csms"],
                **self._heads_for(accounts, today, band),
            }
            before = (gone, come)

    def _term_ends(self, tier: str) -> Counter[int]:
        """Count a tier's customers by the month their term ends in; 0: without one."""
        this_month = month_number(self.capacity.rows.as_of)
        return Counter(
            max(month_number(row["term_end_date"]) - this_month, 1)
            if row["term_end_date"]
            else 0
            for row in self.customers
            if row["is_customer"] and row["touch_tier"] == tier
        )

    def _deal_months(self, tier: str) -> Counter[int]:
        """Count a tier's open deals by the month in which they should close."""
        as_of, band = self.capacity.rows.as_of, self.capacity.policy.tiers[tier]
        months: Counter[int] = Counter()
        for deal in self.deals:
            if deal.is_over:
                continue
            arr = rounded(Fraction(deal.row["amount"]) * deal.rate, 2)
            below = band["arr_below"]
            if arr >= band["arr_from"] and (below is None or arr < below):
                day = deal.row["expected_close_date"] or as_of + _WITHOUT_DATE
                months[max(month_number(day) - month_number(as_of), 1)] += 1
        return months

    def _churn_of(self, tier: str) -> Fraction:
        """Return which part of a tier's accounts churned in the last twelve months."""
        kept = self.kept.get(tier)
        if kept is None:
            return Fraction(0)
        lost = kept["base_accounts"] - kept["retained_accounts"]
        return ratio(lost, kept["base_accounts"]) or Fraction(0)

    def _win_rate(self, scenario: Row) -> Fraction:
        """Return which part of the closed new business was won."""
        closed = [deal for deal in self.deals if deal.is_over]
        won = sum(1 for deal in closed if deal.was_won)
        rate = ratio(won, len(closed))
        return Fraction(scenario["win_rate_without_history"]) if rate is None else rate

    def _heads_for(self, accounts: Fraction, today: Row, band: Row) -> Row:
        units = ceil(accounts / band["accounts_per_csm_max"])
        by_hours = self._heads_by_hours(accounts, today)
        needed = max(units, by_hours or 0) if band["is_team_band"] else units
        return {
            "teams_needed": units if band["is_team_band"] else None,
            "csms_needed": needed,
            "csms_needed_by_hours": by_hours,
            "csms_to_hire": max(needed - today["csms"], 0),
        }

    def _heads_by_hours(self, accounts: Fraction, today: Row) -> int | None:
        full_time = self.capacity.full_time_hours(today["month"])
        if today["accounts"] == 0 or full_time == 0:
            return None
        heads = rounded(today["expected_hours"] / full_time, 6)
        return ceil(rounded(accounts * heads / today["accounts"], 6))


def _part(of_a_year: int, months: int) -> Fraction:
    """Return what comes about in some months of what does in twelve."""
    return rounded(Fraction(of_a_year * months, _MONTHS), 6)
