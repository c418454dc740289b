"""How each CSM did in a quarter or a year: the mart `csm_scorecard`.

Readings of DECISIONS A9, C9 and I7:

- A quarter's cohort are the counted rows of revenue.csm_retention; a year's are the
  accounts with ARR that the CSM owned at the close of the year before, whoever owns
  them now.
- Bands and books are those of the closes of the month before the period and of its
  last month, the as-of date's in a period that is not over.
- Whose a deed is, is who owned the account that day. What a person held is neither
  automated nor internal, and was not missed, called off or returned.
- A period begins with the ledger: who had left before its first month is in none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from oracle.arithmetic import first_day, month_number, ratio
from oracle.capacity import Capacity
from oracle.health import Row
from oracle.month_closes import UNASSIGNED, Standing
from oracle.touches import was_held

MONTHS = {"quarter": 3, "year": 12}
ADVOCACY = {
    "case_study": "case_studies",
    "review": "reviews",
    "speaking": "speaking_engagements",
    "reference": "customer_references",
}
_NOT_PERSONAL = ("internal", "automated_email", "in_app_message")
_PURPOSES = ("rescue", "expansion", "renewal")


@dataclass(frozen=True)
class Period:
    """A calendar quarter or year, as numbered months in [first, until)."""

    name: str
    first: int
    until: int

    @property
    def start(self) -> date:
        """The first day."""
        return first_day(self.first)

    def holds(self, day: date) -> bool:
        """Whether a day is in it."""
        return self.first <= month_number(day) < self.until


@dataclass(frozen=True)
class Scorecards:
    """The mart of one built database.

    `retained` are rows of revenue.csm_retention, `events` of revenue.arr_events,
    `advocacy` staged, `interventions` opened_on and account_id of health.interventions.
    """

    capacity: Capacity
    retained: Sequence[Row]
    events: Sequence[Row]
    advocacy: Sequence[Row]
    interventions: Sequence[Row]

    def rows(self) -> list[Row]:
        """Return the mart's rows."""
        return [
            self._row(csm_id, period)
            for period in self._periods()
            for csm_id in sorted(self._who_has_one(period))
        ]

    def _periods(self) -> Iterator[Period]:
        """Yield the quarters and years that the ledger reaches."""
        months = [month_number(month) for month in self.capacity.rows.months]
        for name, length in MONTHS.items():
            for first in sorted({month - month % length for month in months}):
                yield Period(name, first, first + length)

    def _who_has_one(self, period: Period) -> set[str]:
        return {
            csm_id
            for csm_id, month in self.capacity.csm_months
            if period.holds(month) and csm_id != UNASSIGNED
        }

    @cached_property
    def _at_close(self) -> Mapping[int, Mapping[str, Standing]]:
        """How accounts with ARR stood, by month and account."""
        found: dict[int, dict[str, Standing]] = {}
        for standing in self.capacity.standings:
            number = month_number(standing.month)
            found.setdefault(number, {})[standing.account_id] = standing
        return found

    def _row(self, csm_id: str, period: Period) -> Row:
        csm, rows = self.capacity.csms[csm_id], self.capacity.rows
        last = min(period.until - 1, month_number(rows.as_of))
        opening = self._book(csm_id, period.first - 1)
        closing = self._book(csm_id, last)
        met = self._met.get((csm_id, period), set())
        return {
            "csm_id": csm_id,
            "period": period.name,
            "period_start": period.start,
            "is_partial": last < period.until - 1 or rows.is_partial(first_day(last)),
            "csm_name": csm.csm_name,
            "touch_model": csm.touch_model,
            "opening_accounts": len(opening),
            "closing_accounts": len(closing),
            "closing_arr": Fraction(sum(one.arr for one in closing.values())),
            **self._retention(csm_id, period, last),
            **self._deeds(csm_id, period),
            "intervened_accounts": len(met),
            "intervention_rate": ratio(len(met & opening.keys()), len(opening)),
        }

    def _book(self, csm_id: str, month: int) -> Mapping[str, Standing]:
        """Return the accounts with ARR that a CSM owns at a month's close."""
        return self._books.get((csm_id, month), {})

    @cached_property
    def _books(self) -> Mapping[tuple[str, int], Mapping[str, Standing]]:
        found: dict[tuple[str, int], dict[str, Standing]] = {}
        for month, standings in self._at_close.items():
            for account_id, standing in standings.items():
                found.setdefault((standing.owner, month), {})[account_id] = standing
        return found

    def _cohort(
        self, csm_id: str, period: Period, last: int
    ) -> Iterator[tuple[str, Decimal, Decimal]]:
        """Yield account, ARR at the opening and what counts of it at the close."""
        if period.name == "quarter":
            for row in self._counted.get((csm_id, period.start), ()):
                yield row["account_id"], row["opening_arr"], row["counted_arr"]
            return
        now = self._at_close.get(last, {})
        for account_id, standing in self._book(csm_id, period.first - 1).items():
            arr = now[account_id].arr if account_id in now else Decimal(0)
            yield account_id, standing.arr, arr

    @cached_property
    def _counted(self) -> Mapping[tuple[str, date], list[Row]]:
        found: dict[tuple[str, date], list[Row]] = {}
        for row in self.retained:
            if row["excluded_because"] is None:
                found.setdefault((row["csm_id"], row["quarter"]), []).append(row)
        return found

    def _retention(self, csm_id: str, period: Period, last: int) -> Row:
        cohort = list(self._cohort(csm_id, period, last))
        opening = Fraction(sum(then for _, then, _ in cohort))
        counted = Fraction(sum(now for _, _, now in cohort))
        kept = Fraction(sum(min(then, now) for _, then, now in cohort))
        retained = sum(now > 0 for _, _, now in cohort)
        before = self._at_close.get(period.first - 1, {})
        after = self._at_close.get(last, {})
        yellow = [
            account_id
            for account_id, *_ in cohort
            if account_id in before and before[account_id].band == "yellow"
        ]
        green = sum(
            account_id in after and after[account_id].band == "green"
            for account_id in yellow
        )
        return {
            "cohort_accounts": len(cohort),
            "retained_accounts": retained,
            "opening_arr": opening,
            "counted_arr": counted,
            "nrr": ratio(counted, opening),
            "grr": ratio(kept, opening),
            "logo_retention": ratio(retained, len(cohort)),
            "yellow_accounts": len(yellow),
            "yellow_to_green_accounts": green,
            "yellow_to_green_rate": ratio(green, len(yellow)),
        }

    def _deeds(self, csm_id: str, period: Period) -> Row:
        expansions = self._owned(self._expansions, csm_id, period)
        acts = self._owned(self._advocated, csm_id, period)
        kinds = [row["advocacy_type"] for row in acts]
        return {
            "expansion_deals": len(expansions),
            "expansion_arr": Fraction(sum(row["delta_arr"] for row in expansions)),
            "interventions": len(self._owned(self._opened, csm_id, period)),
            **{name: kinds.count(kind) for kind, name in ADVOCACY.items()},
        }

    @staticmethod
    def _owned(
        by_owner: Mapping[str, Sequence[tuple[date, Row]]], csm_id: str, period: Period
    ) -> list[Row]:
        """Return a CSM's rows of a period."""
        return [row for day, row in by_owner.get(csm_id, ()) if period.holds(day)]

    def _by_owner(
        self, rows: Iterable[Row], day_column: str
    ) -> Mapping[str, list[tuple[date, Row]]]:
        """Return days and rows by who owned the account on the day."""
        found: dict[str, list[tuple[date, Row]]] = {}
        for row in rows:
            day = row[day_column]
            owner = self.capacity.rows.owner_on(row["account_id"], day)
            found.setdefault(owner, []).append((day, row))
        return found

    @cached_property
    def _expansions(self) -> Mapping[str, list[tuple[date, Row]]]:
        grown = [row for row in self.events if row["movement_type"] == "expansion"]
        return self._by_owner(grown, "event_on")

    @cached_property
    def _advocated(self) -> Mapping[str, list[tuple[date, Row]]]:
        return self._by_owner(self.advocacy, "occurred_on")

    @cached_property
    def _opened(self) -> Mapping[str, list[tuple[date, Row]]]:
        return self._by_owner(self.interventions, "opened_on")

    @cached_property
    def _met(self) -> Mapping[tuple[str, Period], set[str]]:
        """The accounts that a person stepped in for, by their owner and period."""
        held = [
            row
            for row in self.capacity.activities
            if row["purpose"] in _PURPOSES
            and row["activity_type"] not in _NOT_PERSONAL
            and was_held(row)
        ]
        found: dict[tuple[str, Period], set[str]] = {}
        for owner, rows in self._by_owner(held, "occurred_on").items():
            for day, row in rows:
                for name, length in MONTHS.items():
                    first = month_number(day) - month_number(day) % length
                    period = Period(name, first, first + length)
                    found.setdefault((owner, period), set()).add(row["account_id"])
        return found
