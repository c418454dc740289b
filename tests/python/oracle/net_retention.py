"""How much of today's revenue the next quarters keep, and how earlier forecasts fared.

Readings of DECISIONS E6:

- A forecast is of the accounts that have ARR on its day, so that sales to others, and
  signals of others, are not in it. A day on which nobody has any has no forecast.
- A quarter ahead is three months from the day on, so that what is forecast is as far
  off as what was, on whatever day one asks; months are counted from the next day on.
- The first term end of a subscription is that of the term that runs on the day. A term
  in grace is asked about on the as-of date only: on a past day the ledger has already
  left out those that lapsed, and who is still there was renewed.
- A sale that is overdue, or has no date, closes in the first quarter.
- A signal is followed up by any sale that is open on the day, since its amount counts,
  and by one that was begun since the signal was shown, even if it was lost. Earlier
  signals are those whose time is over.
- A forecast knows the errors of the forecasts so many quarters ahead whose last day is
  no later than its own. A mean is rounded half away from zero, as errors have signs.
- A forecast is no less than nothing, whatever earlier errors were; a share of a million
  or more is shown as the most that a rate holds (A11).
- Amounts are at the reference date's rates: under the currency policy `historical` the
  base is not, and this oracle does not say what that should be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from oracle.arithmetic import (
    first_day,
    last_day,
    month_number,
    ratio,
    rounded,
    rounded_away,
)
from oracle.expansion import Deal, Expansion
from oracle.renewals import Question, Renewals, share
from oracle.signals import Account, Signal, Signals, follows_up, seat_weeks
from oracle.terms import ZERO

_DAY = timedelta(days=1)
_QUARTERS_AHEAD = (1, 2, 3, 4)
_QUARTERS_BACK = 8
_INTERVAL_FROM = 2
_MOST = Fraction(999_999_999_999, 10**6)


@dataclass(frozen=True)
class Forecast:
    """What a day expected of its accounts by a quarter's end, and what came."""

    forecast_on: date
    quarters_ahead: int
    target_on: date
    base_accounts: int
    base: Fraction
    renewal_loss: Fraction
    renewal_growth: Fraction
    pipeline: Fraction
    signals: Fraction
    actual: Fraction | None

    @property
    def raw_nrr(self) -> Fraction:
        """What the parts come to, as a share of the base."""
        changes = self.renewal_loss + self.renewal_growth + self.pipeline + self.signals
        return _nrr(self.base + changes, self.base)

    @property
    def actual_nrr(self) -> Fraction | None:
        """What is left of the base, if its day has come."""
        return None if self.actual is None else _nrr(self.actual, self.base)


class NetRetention:
    """The two marts of net retention, from what the other oracles know of a company."""

    def __init__(
        self, renewals: Renewals, expansion: Expansion, signals: Signals
    ) -> None:
        """Keep the oracles; all three are of one company and day."""
        self.renewals, self.expansion, self.signals = renewals, expansion, signals
        self.as_of = renewals.policy.as_of
        self._arr_by_day: dict[date, dict[str, Decimal]] = {}

    def _arr_on(self, day: date) -> dict[str, Decimal]:
        """Return what each account that pays anything pays on a day."""
        if day not in self._arr_by_day:
            self._arr_by_day[day] = {
                account_id: arr
                for account_id, account in self.signals.accounts.items()
                if (arr := account.arr_on(day)) > 0
            }
        return self._arr_by_day[day]

    @cached_property
    def _days(self) -> list[date]:
        """The as-of date and the last eight ends of quarters, if anybody pays then."""
        this_quarter = _quarter(self.as_of)
        ends = (_last_day(this_quarter - back) for back in range(_QUARTERS_BACK + 1))
        days = {self.as_of, *(end for end in ends if end <= self.as_of)}
        return [day for day in sorted(days) if self._arr_on(day)]

    @cached_property
    def forecasts(self) -> list[Forecast]:
        """All forecasts, those of the past again with what was known then."""
        return [forecast for day in self._days for forecast in self._made_on(day)]

    def _made_on(self, day: date) -> Iterator[Forecast]:
        base = self._arr_on(day)
        ends = [
            (question.outcome.term.end, *self._expected(question))
            for question in self._questions(day)
        ]
        sales = [
            (deal.row["expected_close_date"] or day, self.expansion.weighted(deal, day))
            for deal in self.expansion.deals
            if deal.is_open_on(day) and deal.row["account_id"] in base
        ]
        signals = self._worth_of_signals(day)
        for ahead in _QUARTERS_AHEAD:
            target_on = _months_on(day, 3 * ahead)
            actual = None
            if target_on <= self.as_of:
                left = self._arr_on(target_on)
                actual = _total(left.get(one, ZERO) for one in base)
            due = [end for end in ends if end[0] <= target_on]
            yield Forecast(
                forecast_on=day,
                quarters_ahead=ahead,
                target_on=target_on,
                base_accounts=len(base),
                base=_total(base.values()),
                renewal_loss=_total(loss for _, loss, _ in due),
                renewal_growth=_total(growth for *_, growth in due),
                pipeline=sum(
                    (worth for due_on, worth in sales if due_on <= target_on),
                    Fraction(0),
                ),
                signals=signals,
                actual=actual,
            )

    def _questions(self, day: date) -> Iterator[Question]:
        """Ask about the terms that run, and today about those in grace."""
        for life, outcome in self.renewals.settled:
            runs = outcome.term.start <= day < outcome.term.end
            is_in_grace = day == self.as_of and outcome.status == "in_grace"
            is_known = outcome.settled_on is not None and outcome.settled_on <= day
            if (runs or is_in_grace) and not is_known:
                yield self.renewals.ask(life, outcome, day)

    def _expected(self, question: Question) -> tuple[Decimal, Decimal]:
        """Return what a term end is expected to lose, and to win by growth."""
        _, gross_rate, net_rate = self.renewals.answer(question)
        kept, net = share(question.arr, gross_rate), share(question.arr, net_rate)
        return kept - question.arr, net - kept

    @cached_property
    def _signals(self) -> list[tuple[Account, Signal, list[Deal]]]:
        """All signals ever shown, with the sales of the account."""
        deals: dict[str, list[Deal]] = {}
        for deal in self.expansion.deals:
            deals.setdefault(deal.row["account_id"], []).append(deal)
        return [
            (account, signal, deals.get(account_id, []))
            for account_id, account in self.signals.accounts.items()
            for signal in self.signals.signals(account, seat_weeks(account, self.as_of))
        ]

    def _worth_of_signals(self, day: date) -> Fraction:
        """Return what nobody has followed up, by how often earlier signals grew."""
        policy, paying = self.expansion.policy, self._arr_on(day)
        earlier, worth = list[bool](), Fraction(0)
        for account, signal, deals in self._signals:
            if signal.shown_on > day:
                continue
            growth = signal.conversion
            grown = growth is not None and growth["event_on"] <= day
            if signal.expires_on < day:
                earlier.append(grown)
            elif (
                not grown
                and account.row["account_id"] in paying
                and not any(follows_up(deal, signal, day) for deal in deals)
            ):
                worth += self.signals.seat_potential(signal.week)
        rate = ratio(sum(earlier), len(earlier))
        if rate is None or len(earlier) < policy.min_cases:
            rate = policy.rate("signal")
        return rounded(worth * rate, 2)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of expansion_renewals.nrr_forecast."""
        return [self._row(forecast) for forecast in self.forecasts]

    def _row(self, forecast: Forecast) -> dict[str, Any]:
        raw_nrr, actual_nrr = forecast.raw_nrr, forecast.actual_nrr
        errors = self._errors_known(forecast)
        bias_correction, low, high, coverage = Fraction(0), None, None, None
        if errors:
            bias_correction = _rounded_mean(errors)
        if len(errors) >= _INTERVAL_FROM:
            low, high = _shown(raw_nrr + min(errors)), _shown(raw_nrr + max(errors))
            coverage = ratio(len(errors) - 1, len(errors) + 1)
        forecast_nrr = _shown(raw_nrr + bias_correction)
        is_inside = None
        if actual_nrr is not None and low is not None and high is not None:
            is_inside = low <= actual_nrr <= high
        return {
            "forecast_on": forecast.forecast_on,
            "quarters_ahead": forecast.quarters_ahead,
            "target_on": forecast.target_on,
            "is_current": forecast.forecast_on == self.as_of,
            "base_accounts": forecast.base_accounts,
            "base_arr": forecast.base,
            "renewal_loss_arr": forecast.renewal_loss,
            "renewal_growth_arr": forecast.renewal_growth,
            "pipeline_arr": forecast.pipeline,
            "signals_arr": forecast.signals,
            "raw_nrr": raw_nrr,
            "bias_correction": bias_correction,
            "forecast_nrr": forecast_nrr,
            "low_nrr": low,
            "high_nrr": high,
            "past_forecasts": len(errors),
            "interval_coverage": coverage,
            "actual_arr": forecast.actual,
            "actual_nrr": actual_nrr,
            "forecast_error": None if actual_nrr is None else forecast_nrr - actual_nrr,
            "is_inside_interval": is_inside,
        }

    def _errors_known(self, forecast: Forecast) -> list[Fraction]:
        """Return actual less raw of forecasts so far ahead that were over by then."""
        return [
            past.actual_nrr - past.raw_nrr
            for past in self.forecasts
            if past.quarters_ahead == forecast.quarters_ahead
            and past.target_on <= forecast.forecast_on
            and past.actual_nrr is not None
        ]

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of expansion_renewals.nrr_forecast_records."""
        over = [row for row in self.rows if row["actual_nrr"] is not None]
        for ahead in _QUARTERS_AHEAD:
            rows = [row for row in over if row["quarters_ahead"] == ahead]
            if rows:
                yield _record(str(ahead), rows)
        if over:
            yield _record("all", over)


def _record(horizon: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return how forecasts whose day has come fared."""
    distances = [abs(row["forecast_error"]) for row in rows]
    raw_distances = [abs(row["actual_nrr"] - row["raw_nrr"]) for row in rows]
    ranged = [row for row in rows if row["low_nrr"] is not None]
    inside = [row["is_inside_interval"] for row in ranged]
    return {
        "horizon": horizon,
        "forecasts": len(rows),
        "intervals": len(inside),
        "intervals_held": sum(inside),
        "held_share": ratio(sum(inside), len(inside)),
        "outcomes_above": sum(row["actual_nrr"] > row["high_nrr"] for row in ranged),
        "outcomes_below": sum(row["actual_nrr"] < row["low_nrr"] for row in ranged),
        "mean_absolute_error": _rounded_mean(distances),
        "raw_mean_absolute_error": _rounded_mean(raw_distances),
        "has_correction_helped": sum(distances) < sum(raw_distances),
        "largest_absolute_error": max(distances),
    }


def _quarter(day: date) -> int:
    """Number the quarters, so that the next one is one more."""
    return month_number(day) // 3


def _last_day(quarter: int) -> date:
    return last_day(3 * quarter + 2)


def _months_on(day: date, months: int) -> date:
    """Return the last day of so many months that begin after a day."""
    begins, number = day + _DAY, month_number(day + _DAY) + months
    ends_before = first_day(number).replace(
        day=min(begins.day, last_day(number).day),
    )
    return ends_before - _DAY


def _nrr(arr: Fraction, base: Fraction) -> Fraction:
    nrr = ratio(arr, base)
    assert nrr is not None, "a day without a base has no forecast"
    return _shown(nrr)


def _shown(nrr: Fraction) -> Fraction:
    return max(min(nrr, _MOST), Fraction(0))


def _rounded_mean(errors: Sequence[Fraction]) -> Fraction:
    return rounded_away(sum(errors, Fraction(0)) / len(errors), 6)


def _total(amounts: Iterable[Decimal]) -> Fraction:
    return Fraction(sum(amounts, ZERO))
