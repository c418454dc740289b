"""What may be sold to whom: each opportunity to expand, and the pipeline by month.

Readings of DECISIONS E5:

- A stage stands from its entry until the next one; the first also before its entry, and
  none is entered before the day of creation. An amount that the history does not give
  is the CRM's present one. Without a history the present stage stands for all of it; an
  end from the end on, and before that nobody knows.
- An end is the CRM's day, else the entry into a stage that the policy calls an end if
  none follows; none is before the day of creation. Who says nowhere that a closed one
  was won has lost it.
- Without a history a stage that is an end tells that it is over, but not since when: in
  no month of the pipeline is it closed.
- A case of a stage is a closed opportunity that ever was in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from oracle.arithmetic import first_day, last_day, month_number, ratio, rounded
from oracle.health import Row

_OTHER = "other"
_UNKNOWN = "unknown"
_QUARTERS = 4
_YEAR = 12


@dataclass(frozen=True)
class Stage:
    """One stage that an opportunity entered, and what it was worth from then on."""

    name: str
    entered_on: date
    amount: Fraction


@dataclass(frozen=True)
class Policy:
    """The switch and the seed of win rates, by stage."""

    as_of: date
    min_cases: int
    stages: Mapping[str, Row]

    def is_end(self, stage: str) -> bool:
        """Tell whether an opportunity in a stage is over."""
        return stage in self.stages and bool(self.stages[stage]["is_closed"])

    def rate(self, stage: str) -> Fraction:
        """Return how often a stage is won, as a manager sees it."""
        return Fraction(self.stages.get(stage, self.stages[_OTHER])["win_rate"])


@dataclass(frozen=True)
class Deal:
    """One opportunity: its staged row, its history in order, its currency's rate."""

    row: Row
    history: Sequence[Row]
    rate: Fraction
    policy: Policy

    @cached_property
    def stages(self) -> list[Stage]:
        """The stages it entered, in order."""
        now = self._worth(self.row["amount"])
        if not self.history:
            name = self.row["stage"].lower()
            ended_on = max(self.row["closed_on"] or self.created_on, self.created_on)
            if not self.policy.is_end(name):
                return [Stage(name, self.created_on, now)]
            before = Stage(_UNKNOWN, self.created_on, now)
            is_closed = self.row["closed_on"] is not None
            return [before, Stage(name, ended_on, now)] if is_closed else [before]
        return [
            Stage(
                name=entry["stage"].lower(),
                entered_on=max(entry["entered_on"], self.created_on),
                amount=now if entry["amount"] is None else self._worth(entry["amount"]),
            )
            for entry in sorted(self.history, key=self._order)
        ]

    def _order(self, entry: Row) -> tuple[Any, ...]:
        """Order by time; of stages that are given one time, an end is the last."""
        stage = entry["stage"].lower()
        return entry["entered_at"], self.policy.is_end(stage), stage

    def _worth(self, amount: Any) -> Fraction:
        return rounded(Fraction(amount) * self.rate, 2)

    @property
    def source(self) -> str:
        """Who found it."""
        return self.row["source"] or "unassigned"

    @property
    def created_on(self) -> date:
        """The day on which it was entered."""
        day: date = self.row["created_on"]
        return day

    @cached_property
    def closed_on(self) -> date | None:
        """The day on which it was won or lost; None while it is open."""
        last = self.stages[-1]
        if self.row["closed_on"] is not None:
            return max(self.row["closed_on"], self.created_on)
        if self.policy.is_end(last.name):
            return max(last.entered_on, self.created_on)
        return None

    @property
    def is_won(self) -> bool | None:
        """Whether it was won; None while it is open."""
        return None if self.closed_on is None else self._ended_well

    @property
    def is_over(self) -> bool:
        """Whether it was won or lost, though nobody may know since when."""
        return self.closed_on is not None or self.policy.is_end(self._last_stage)

    @property
    def was_won(self) -> bool:
        """Whether it is over and was won, though nobody may know since when."""
        return self.is_over and self._ended_well

    @property
    def _ended_well(self) -> bool:
        if self.row["closed_on"] is not None and self.row["is_won"] is not None:
            return bool(self.row["is_won"])
        stage = self.policy.stages.get(self._last_stage)
        return stage is not None and bool(stage["is_won"])

    @property
    def _last_stage(self) -> str:
        name: str = self.stages[-1].name if self.history else self.row["stage"].lower()
        return name

    def stage_on(self, day: date) -> Stage:
        """Return the stage in which it stood at the end of a day."""
        entered = [stage for stage in self.stages if stage.entered_on <= day]
        return entered[-1] if entered else self.stages[0]

    def is_open_on(self, day: date) -> bool:
        """Tell whether it was entered by the end of a day and not closed by then."""
        closed_on = self.closed_on or date.max
        return self.created_on <= day < closed_on

    def amount_on(self, day: date) -> Fraction:
        """Return what it was worth at the end of a day."""
        if self.closed_on is not None and self.closed_on <= day:
            return self.stages[-1].amount
        return self.stage_on(day).amount


@dataclass(frozen=True)
class Customer:
    """An account's row of account_profiles, its arr_events and its rows of renewals."""

    row: Row
    events: Sequence[Row]
    terms: Sequence[Row]

    def arr_on(self, day: date) -> Fraction:
        """Return its ARR at the end of a day."""
        known = [event for event in self.events if event["event_on"] <= day]
        if not known:
            return Fraction(0)
        return Fraction(max(known, key=lambda event: event["event_on"])["closing_arr"])

    def term_end_after(self, day: date, subscription_id: str | None) -> date | None:
        """Return the next end of a term that runs: a subscription's, else of any."""
        running = [
            term
            for term in self.terms
            if term["term_start_date"] <= day < term["term_end_date"]
        ]
        own = [one for one in running if one["subscription_id"] == subscription_id]
        return min(
            (term["contracted_end_date"] for term in own or running), default=None
        )


class Expansion:
    """The marts of opportunities and of the pipeline."""

    def __init__(
        self, deals: Sequence[Deal], customers: Mapping[str, Customer], policy: Policy
    ) -> None:
        """Keep the deals; nothing is worked out yet."""
        self.deals, self.customers, self.policy = deals, customers, policy

    def win_rate(self, stage: str, day: date) -> tuple[Fraction, str]:
        """Return a stage's win rate by what had closed by a day, and its basis."""
        cases = [
            deal.is_won
            for deal in self.deals
            if (deal.closed_on or date.max) <= day
            and any(entered.name == stage for entered in deal.stages)
        ]
        rate = ratio(sum(map(bool, cases)), len(cases))
        if rate is None or len(cases) < self.policy.min_cases:
            return self.policy.rate(stage), "policy"
        return rate, "history"

    def opportunities(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of expansion_renewals.expansion_opportunities."""
        as_of = self.policy.as_of
        for deal in self.deals:
            stage, closed_on = deal.stages[-1], deal.closed_on
            customer = self.customers[deal.row["account_id"]]
            is_open = closed_on is None
            rate, basis = self.win_rate(stage.name, as_of)
            day = closed_on or as_of
            term_end = customer.term_end_after(day, deal.row["subscription_id"])
            arr = customer.arr_on(deal.created_on)
            yield {
                "opportunity_id": deal.row["opportunity_id"],
                "account_id": customer.row["account_id"],
                "account_name": customer.row["account_name"]
                or customer.row["account_id"],
                "expansion_type": deal.row["expansion_type"],
                "product_id": deal.row["product_id"],
                "source": deal.source,
                "created_on": deal.created_on,
                "expected_close_date": deal.row["expected_close_date"],
                "stage": stage.name,
                "stage_entered_on": stage.entered_on,
                "stage_age_days": (as_of - stage.entered_on).days if is_open else None,
                "is_open": is_open,
                "closed_on": closed_on,
                "is_won": deal.is_won,
                "cycle_days": closed_on and (closed_on - deal.created_on).days,
                "amount": stage.amount,
                "account_arr": arr,
                "uplift_rate": ratio(stage.amount, arr),
                "win_rate": rate if is_open else None,
                "win_rate_basis": basis if is_open else None,
                "weighted_amount": rounded(stage.amount * rate, 2) if is_open else None,
                "term_end_date": term_end,
                "days_before_renewal": term_end and (term_end - day).days,
            }

    def pipeline(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of expansion_renewals.expansion_pipeline."""
        for source in sorted({deal.source for deal in self.deals}):
            deals = [deal for deal in self.deals if deal.source == source]
            first = month_number(min(deal.created_on for deal in deals))
            for month in range(first, month_number(self.policy.as_of) + 1):
                yield self._month(month, source, deals)

    def _month(self, month: int, source: str, deals: Sequence[Deal]) -> dict[str, Any]:
        begins, as_of = first_day(month), self.policy.as_of
        ends = min(last_day(month), as_of)
        before = last_day(month - 1)
        opening = [deal for deal in deals if deal.is_open_on(before)]
        created = [deal for deal in deals if begins <= deal.created_on <= ends]
        closed = _closed(deals, begins, ends)
        won = [deal for deal in closed if deal.is_won]
        year = _closed(deals, first_day(month - _YEAR + 1), ends)
        won_in_year = [deal for deal in year if deal.is_won]
        still_open = [deal for deal in deals if deal.is_open_on(ends)]
        opening_arr = sum(deal.amount_on(before) for deal in opening)
        created_arr = sum(deal.stages[0].amount for deal in created)
        won_arr = sum(deal.stages[-1].amount for deal in won)
        closed_arr = sum(deal.stages[-1].amount for deal in closed)
        open_arr = sum(deal.amount_on(ends) for deal in still_open)
        won_arr_12_months = sum(deal.stages[-1].amount for deal in won_in_year)
        cycles = [((deal.closed_on or ends) - deal.created_on).days for deal in closed]
        return {
            "month": begins,
            "source": source,
            "opening_deals": len(opening),
            "created_deals": len(created),
            "won_deals": len(won),
            "lost_deals": len(closed) - len(won),
            "open_deals": len(still_open),
            "opening_arr": opening_arr,
            "created_arr": created_arr,
            "revalued_arr": open_arr + closed_arr - opening_arr - created_arr,
            "won_arr": won_arr,
            "lost_arr": closed_arr - won_arr,
            "open_arr": open_arr,
            "weighted_arr": sum(self.weighted(deal, ends) for deal in still_open),
            "won_arr_12_months": won_arr_12_months,
            "coverage": ratio(_QUARTERS * open_arr, won_arr_12_months),
            "win_rate": ratio(len(won), len(closed)),
            "win_rate_12_months": ratio(len(won_in_year), len(year)),
            "cycle_days": ratio(sum(cycles), len(cycles)),
            "is_partial": as_of < last_day(month),
        }

    def weighted(self, deal: Deal, day: date) -> Fraction:
        """Return what an open deal is worth on a day, weighted by its stage.

        One that was taken up again weighs nothing as long as it stood in an end.
        """
        stage = deal.stage_on(day).name
        if self.policy.is_end(stage):
            return Fraction(0)
        rate, _ = self.win_rate(stage, day)
        return rounded(deal.amount_on(day) * rate, 2)


def _closed(deals: Sequence[Deal], first: date, last: date) -> list[Deal]:
    """Return the deals that were won or lost on days of a span, both ends included."""
    return [
        deal
        for deal in deals
        if deal.closed_on is not None and first <= deal.closed_on <= last
    ]
