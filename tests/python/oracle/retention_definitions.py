"""One year of a company under each published definition of retention.

What a definition says, by its source:

- A closed cohort is followed by account, by the ultimate parent of today, or by the
  subscription, a renewal in a row of its own included: whoever had ARR twelve months
  ago, then and now.
- The others add up what happened in the months between, to everybody, over what there
  was at first. A pause is churn and what resumes returns; a lapse and a return inside
  one month are neither, as in the monthly ledger.
- No definition of others hangs on our switch for returns: who ever had ARR returns,
  whatever the ledger calls it. "After 90 days" is more than 90 from the first day
  without ARR to the day of return, and is asked of who churned: a contract that was
  on hold went on.
- Joined has who never had ARR before. Each churn counts, the second of one account too.
- Amounts are under the currency policy, a subscription's as those of accounts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from oracle.arithmetic import first_day
from oracle.health import Row
from oracle.retention_reports import MONTHS, ZERO, Reports, rate

LATE_DAYS = 90

Amount = Decimal | int
Pair = tuple[Amount, Amount]


def first_row(renewed_from: Mapping[str, str | None], subscription_id: str) -> str:
    """Return the row with which a subscription began; itself before or in a ring."""
    rows = [subscription_id]
    while (before := renewed_from.get(rows[-1])) in renewed_from and before != rows[-1]:
        if before is None or before in rows:
            return subscription_id
        rows.append(before)
    return rows[-1]


@dataclass(frozen=True)
class Definitions:
    """The mart of one built database.

    `movements` are the rows of revenue.arr_monthly inside the twelve months that have
    one, `parents` the ultimate parents by account, `subscriptions` what each had when
    the window opened and has now, under the currency policy.
    """

    reports: Reports
    movements: Sequence[Row]
    parents: Mapping[str, str]
    subscriptions: Sequence[tuple[Decimal, Decimal]]

    @cached_property
    def _accounts(self) -> list[Pair]:
        return [(member.base, member.current) for member in self.reports.members]

    @cached_property
    def _families(self) -> list[Pair]:
        then, now = Counter[str](), Counter[str]()
        edges = {
            first_day(self.reports.month - MONTHS): then,
            first_day(self.reports.month): now,
        }
        for row in self.reports.closings:
            parent = self.parents.get(row["account_id"], row["account_id"])
            edges[row["month"]][parent] += row["closing_arr"]
        return [(arr, now[parent]) for parent, arr in then.items() if arr > 0]

    @cached_property
    def _opening(self) -> Decimal:
        return sum((base for base, _ in self._accounts), ZERO)

    def _sum(self, *columns: str) -> Decimal:
        return sum((row[one] for row in self.movements for one in columns), ZERO)

    @cached_property
    def _lost(self) -> Decimal:
        return self._sum("churned_arr", "paused_arr", "contraction_arr")

    @cached_property
    def returns(self) -> list[tuple[Decimal, bool]]:
        """What came back, and whether early enough for the strictest definition."""
        found = []
        for row in self.movements:
            if row["movement_type"] not in ("new", "reactivation", "resumed"):
                continue
            away = self._days_away(row)
            if away is None:
                continue
            is_early = row["movement_type"] == "resumed" or away <= LATE_DAYS
            back = row["new_arr"] + row["reactivation_arr"] + row["resumed_arr"]
            found.append((back, is_early))
        return found

    def _days_away(self, row: Row) -> int | None:
        """Return how long an account had no ARR; None for one that never had any."""
        gone_on = None
        for event in sorted(
            self.reports.events[row["account_id"]], key=lambda one: one["event_on"]
        ):
            if event["event_on"] >= row["month"]:
                return None if gone_on is None else (event["event_on"] - gone_on).days
            if event["closing_arr"] == 0:
                gone_on = event["event_on"]
        raise AssertionError("what returned has an event")

    @cached_property
    def _logos(self) -> tuple[int, int]:
        """Who was there or joined, and how often somebody left."""
        kinds = Counter(row["movement_type"] for row in self.movements)
        arrived = kinds["new"] + kinds["reactivation"] + kinds["resumed"]
        joined = arrived - len(self.returns)
        return len(self._accounts) + joined, kinds["churn"] + kinds["paused"]

    def rows(self) -> Iterator[Row]:
        """Yield the rows of revenue.retention_definitions."""
        if not self.reports.retention:
            return
        for position, (metric, definition, source, pair) in enumerate(
            self._definitions(), start=1
        ):
            base, kept = pair
            yield {
                "position": position,
                "metric": metric,
                "definition": definition,
                "source": source,
                "base_amount": base,
                "kept_amount": kept,
                "rate": rate(kept, base),
            }

    def _definitions(self) -> Iterator[tuple[str, str, str, Pair]]:
        nrr, grr, logos = "nrr", "grr", "logo_retention"
        opening, lost, grown = self._opening, self._lost, self._sum("expansion_arr")
        returned = sum((arr for arr, _ in self.returns), ZERO)
        early = sum((arr for arr, is_early in self.returns if is_early), ZERO)
        yield (
            nrr,
            "Closed cohort of accounts, point to point",
            "Bowtie default; Confluent 10-K (customers of 12 months prior)",
            _net(self._accounts),
        )
        yield (
            nrr,
            "Closed cohort of ultimate parents",
            "GitLab 10-Q for October 2023 (account hierarchy)",
            _net(self._families),
        )
        yield (
            nrr,
            "Closed cohort of subscriptions",
            "Chargebee docs, Recurring Revenue: Net Revenue Retention",
            _net(self.subscriptions),
        )
        yield (
            nrr,
            "1 - net churn: all movements over the opening, returns offset churn",
            "ChartMogul help centre, Net MRR Churn Rate (standard formula)",
            (opening, opening + lost + grown + returned),
        )
        yield (
            nrr,
            "1 - (churn - expansion): returns count nowhere",
            "Baremetrics changelog, New metric: Net Revenue Retention",
            (opening, opening + lost + grown),
        )
        yield (
            nrr,
            "All movements, a return after 90 days is a new customer",
            "Maxio, as compared in Paddle help, ProfitWell vs Maxio",
            (opening, opening + lost + grown + early),
        )
        yield (
            grr,
            "Closed cohort of accounts, lower of then and now",
            "Bowtie default",
            _gross(self._accounts),
        )
        yield (
            grr,
            "Closed cohort of subscriptions, lower of then and now",
            "Chargebee docs, Recurring Revenue: Gross Revenue Retention",
            _gross(self.subscriptions),
        )
        yield (
            grr,
            "1 - gross churn: all churn and contraction over the opening",
            "ChartMogul help centre, Gross MRR Churn Rate (standard formula)",
            (opening, opening + lost),
        )
        yield (
            logos,
            "Closed cohort of accounts",
            "Bowtie default",
            (len(self._accounts), sum(now > 0 for _, now in self._accounts)),
        )
        counted, gone = self._logos
        yield (
            logos,
            "1 - churned over those at the start and those who joined",
            "Stripe docs, Billing metric definitions: subscriber churn, "
            "there over 30 days",
            (counted, counted - gone),
        )


def _net(levels: Sequence[Pair]) -> Pair:
    return sum((then for then, _ in levels), ZERO), sum(
        (now for _, now in levels), ZERO
    )


def _gross(levels: Sequence[Pair]) -> Pair:
    kept = sum((min(then, now) for then, now in levels), ZERO)
    return sum((then for then, _ in levels), ZERO), kept
