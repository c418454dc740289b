"""What comes due, how likely it is renewed, and how good the forecasts were.

Readings of DECISIONS E2, E3 and E4:

- A likelihood is asked for on the as-of date for what is open, and was asked for 90 and
  30 days before each contracted end. Up to 60 days before the end, the cases compared
  with are those of 30 days before, earlier those of 90 days before. From the end on
  they are the terms that were in grace: neither renewed nor over by their end. Those
  are worth what they had on their last day, for the ledger ends what lapsed there; the
  tier is that day's too.
- A case is a term with ARR on that day whose outcome was open then and known before the
  day of the question, and of which no cancellation was known then. It is worth its ARR
  of that day; of this it kept at most all of it, growth aside.
- Tier and band are the account's of the day on which somebody asks.
- Bands of a tier with enough cases are in order, red below yellow below green: two
  beside each other that are not are one group, until all are in order. Growth has an
  order of its own. A band with fewer cases takes what all tiers say of it, then what
  the seed says, but stays between its neighbours that have enough.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from oracle.arithmetic import first_day, last_day, month_number, ratio, round_half_up
from oracle.health import Row
from oracle.standing import Account
from oracle.terms import ZERO, Life, Outcome, outcomes

LEADS = (90, 30)
_LATE_FROM = 60
_EVERY = "all"
_YEAR = 12
_ORDER = ("red", "yellow", "green")
# What was up, what was kept of it, and what was kept with growth.
_Sums = tuple[Decimal, Decimal, Decimal]
_DAY = timedelta(days=1)
SCENARIOS = ("committed", "expected", "at_risk")


@dataclass(frozen=True)
class Policy:
    """The switches and the seed; `rates` are its rows by health band."""

    as_of: date
    grace_days: int
    months_min: int
    min_cases: int
    rates: Mapping[str, Row]


@dataclass(frozen=True)
class Question:
    """A term end and a day on which somebody asks what it will bring."""

    life: Life
    outcome: Outcome
    asked_on: date
    arr: Decimal
    is_cancelled: bool
    tier: str | None
    band: str

    @property
    def lead_days(self) -> int:
        """Days to the contracted end."""
        return (self.outcome.term.end - self.asked_on).days

    @property
    def net_kept(self) -> Decimal:
        """What came of it, growth included; 0 of what was over before its end."""
        return self.outcome.renewed or ZERO

    @property
    def kept(self) -> Decimal:
        """What came of it, up to what it was worth on the day of the question."""
        return min(self.arr, self.net_kept)


@dataclass
class _Group:
    """Cases of one tier, band and lead: running sums in order of being settled."""

    settled: list[date] = field(default_factory=list)
    sums: list[_Sums] = field(default_factory=list)

    def add(self, case: Question, settled_on: date) -> None:
        """Count a case that was settled after all those before it."""
        arr, kept, net = self.sums[-1] if self.sums else (ZERO, ZERO, ZERO)
        self.settled.append(settled_on)
        self.sums.append((arr + case.arr, kept + case.kept, net + case.net_kept))

    def so_far(self, day: date, min_cases: int) -> _Sums | None:
        """Return the sums of what was settled before a day, if that is enough."""
        cases = bisect_left(self.settled, day)
        return None if cases < max(min_cases, 1) else self.sums[cases - 1]


def in_order(
    bands: Sequence[tuple[str, Decimal, Decimal]],
) -> dict[str, Fraction]:
    """Return the rates of bands, worst first, given what was up and kept of each.

    Blocks of adjacent bands are merged as long as one is ahead of the next (pool
    adjacent violators).
    """
    blocks: list[tuple[list[str], Decimal, Decimal]] = []
    for band, arr, kept in bands:
        blocks.append(([band], arr, kept))
        while len(blocks) > 1 and _rate(blocks[-2]) > _rate(blocks[-1]):
            later, earlier = blocks.pop(), blocks.pop()
            blocks.append(
                (earlier[0] + later[0], earlier[1] + later[1], earlier[2] + later[2])
            )
    return {
        band: ratio(kept, arr) or Fraction(0)
        for names, arr, kept in blocks
        for band in names
    }


def _rate(block: tuple[list[str], Decimal, Decimal]) -> Fraction:
    return Fraction(block[2]) / Fraction(block[1])


def _between(rates: Mapping[str, Fraction], band: str, rate: Fraction) -> Fraction:
    """Return a rate, moved as little as needed to stand in its place among others."""
    if band not in _ORDER:
        return rate
    place = _ORDER.index(band)
    for other in _ORDER[:place]:
        rate = max(rate, rates.get(other, rate))
    for other in _ORDER[place + 1 :]:
        rate = min(rate, rates.get(other, rate))
    return rate


Answer = tuple[str, Fraction, Fraction]


class Renewals:
    """The three marts of renewals of a company."""

    def __init__(
        self, lives: Iterable[Life], accounts: Mapping[str, Account], policy: Policy
    ) -> None:
        """Settle the terms of all subscriptions that ever were in force."""
        self.accounts, self.policy = accounts, policy
        self.settled = [
            (life, outcome)
            for life in lives
            if life.lines
            for outcome in outcomes(
                life, policy.as_of, policy.grace_days, policy.months_min
            )
        ]
        self.asked = [
            question
            for life, outcome in self.settled
            for lead in LEADS
            if (question := self._question(life, outcome, lead)) is not None
        ]
        self.groups: dict[tuple[str, str, int], _Group] = defaultdict(_Group)
        in_grace = (self._case_in_grace(*settled) for settled in self.settled)
        cases = (*self.asked, *(case for case in in_grace if case is not None))
        for case in sorted(
            (case for case in cases if not case.outcome.is_open),
            key=lambda case: case.outcome.settled_on or date.max,
        ):
            self._compare_with(case)

    def _account(self, life: Life) -> Account:
        return self.accounts[life.lines[0]["account_id"]]

    def _question(self, life: Life, outcome: Outcome, lead: int) -> Question | None:
        """Return the question of so many days before the end, if somebody asked it."""
        asked_on = outcome.term.end - lead * _DAY
        settled_on = outcome.settled_on or date.max
        if asked_on > self.policy.as_of or settled_on <= asked_on:
            return None
        question = self.ask(life, outcome, asked_on)
        return question if question.arr > 0 else None

    def _case_in_grace(self, life: Life, outcome: Outcome) -> Question | None:
        """Return the question of the end of a term that was still open then."""
        end = outcome.term.end
        if outcome.settled_on is None or outcome.settled_on <= end:
            return None
        tier = self._account(life).tier_on(end - _DAY)
        case = replace(
            self.ask(life, outcome, end), arr=life.arr_on(end - _DAY), tier=tier
        )
        return case if case.arr > 0 else None

    def ask(self, life: Life, outcome: Outcome, day: date) -> Question:
        """Ask on a day what a term end will bring, whether it is settled or not."""
        account, cancelled_on = self._account(life), self._cancelled_on(life, outcome)
        return Question(
            life=life,
            outcome=outcome,
            asked_on=day,
            arr=life.arr_on(day),
            is_cancelled=cancelled_on is not None and cancelled_on <= day,
            tier=account.tier_on(day),
            band=account.band_on(day),
        )

    def _cancelled_on(self, life: Life, outcome: Outcome) -> date | None:
        """Return when somebody asked to end it, unless the term was over by then."""
        asked_on: date | None = life.row["cancel_requested_on"]
        term = outcome.term
        grace = self.policy.grace_days * _DAY if term.may_lapse else timedelta(0)
        return (
            asked_on if asked_on is not None and asked_on < term.end + grace else None
        )

    def _compare_with(self, case: Question) -> None:
        if case.is_cancelled or case.outcome.settled_on is None:
            return
        for tier in (str(case.tier), _EVERY):
            self.groups[tier, case.band, case.lead_days].add(
                case, case.outcome.settled_on
            )

    def answer(self, question: Question) -> Answer:
        """Return where a likelihood is from, without and with growth."""
        if question.is_cancelled:
            return "cancelled", Fraction(0), Fraction(0)
        seed = self.policy.rates[question.band]
        basis, grace = "policy", "grace_" if question.lead_days <= 0 else ""
        gross_rate, net_rate = (
            Fraction(seed[f"{grace}{rate}"]) for rate in ("gross_rate", "net_rate")
        )
        # From the farthest to the closest: what is closer and has enough counts.
        for closer, tier in (("band", _EVERY), ("tier and band", str(question.tier))):
            gross, net = self._known(tier, question)
            if question.band in gross:
                basis = closer
            gross_rate, net_rate = (
                rates.get(question.band, _between(rates, question.band, rate))
                for rates, rate in ((gross, gross_rate), (net, net_rate))
            )
        return basis, gross_rate, net_rate

    def _known(
        self, tier: str, question: Question
    ) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
        """Return a tier's rates by band, of bands with enough cases alone."""
        lead = 30 if question.lead_days <= _LATE_FROM else 90
        lead = lead if question.lead_days > 0 else 0
        day, least = question.asked_on, self.policy.min_cases
        sums = {
            band: found
            for band in (*_ORDER, "unscored")
            if (group := self.groups.get((tier, band, lead)))
            and (found := group.so_far(day, least))
        }
        known: list[dict[str, Fraction]] = []
        for kept in (1, 2):
            ranked = [
                (band, sums[band][0], sums[band][kept])
                for band in _ORDER
                if band in sums
            ]
            apart = [
                (band, found[0], found[kept])
                for band, found in sums.items()
                if band not in _ORDER
            ]
            known.append(in_order(ranked) | in_order(apart))
        return known[0], known[1]

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of expansion_renewals.renewals."""
        return [
            self._row(life, outcome)
            for life, outcome in self.settled
            if outcome.arr > 0
        ]

    def _row(self, life: Life, outcome: Outcome) -> dict[str, Any]:
        as_of, term = self.policy.as_of, outcome.term
        account, status = self._account(life).row, outcome.status
        cancelled_on = self._cancelled_on(life, outcome)
        notice_date = None
        if life.row["notice_days"] is not None and life.renews_by_itself:
            notice_date = term.end - life.row["notice_days"] * _DAY
        renewed, renewed_on = outcome.renewed, outcome.renewed_on
        odds = self._odds(life, outcome)
        return {
            "renewal_id": f"{life.row['subscription_id']}|{term.end}",
            "subscription_id": life.row["subscription_id"],
            "account_id": account["account_id"],
            "account_name": account["account_name"] or account["account_id"],
            "csm_id": account["csm_id"],
            "csm_name": account["csm_name"],
            "term_start_date": term.start,
            "term_end_date": outcome.over_on,
            "contracted_end_date": term.end,
            "term_months": term.months,
            "notice_date": notice_date,
            "auto_renews": life.renews_by_itself,
            "cancel_requested_on": cancelled_on,
            "status": status,
            "renewed_on": renewed_on,
            "days_late": (
                (renewed_on - term.end).days
                if renewed_on and status == "late"
                else None
            ),
            "is_new_row": outcome.in_new_row,
            "arr_up_for_renewal": outcome.arr,
            "renewed_arr": None if renewed is None else min(renewed, outcome.arr),
            "net_renewed_arr": renewed,
            **odds,
            "is_open": outcome.is_open,
            "days_to_term_end": (
                (outcome.over_on - as_of).days if outcome.is_open else None
            ),
            "is_committed": (
                status == "upcoming"
                and life.renews_by_itself
                and notice_date is not None
                and notice_date < as_of
                and cancelled_on is None
            ),
            "is_at_risk": outcome.is_open
            and (
                odds["health_band"] == "red"
                or status == "in_grace"
                or cancelled_on is not None
            ),
        }

    def _odds(self, life: Life, outcome: Outcome) -> dict[str, Any]:
        """Return tier and band as they count, and what is expected of what is open."""
        if outcome.is_open:
            question = self.ask(life, outcome, self.policy.as_of)
            basis, gross_rate, net_rate = self.answer(question)
            return {
                "touch_tier": question.tier,
                "health_band": question.band,
                "likelihood": gross_rate,
                "net_likelihood": net_rate,
                "likelihood_basis": basis,
                "forecast_arr": share(outcome.arr, gross_rate),
                "net_forecast_arr": share(outcome.arr, net_rate),
            }
        unknown = dict.fromkeys(
            (
                *("likelihood", "net_likelihood", "likelihood_basis"),
                *("forecast_arr", "net_forecast_arr"),
            )
        )
        before = self._question(life, outcome, LEADS[0])
        return {
            "touch_tier": before and before.tier,
            "health_band": before and before.band,
            **unknown,
        }

    def forecast(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of expansion_renewals.renewal_forecast."""
        now = month_number(self.policy.as_of)
        months: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in self.rows:
            month = month_number(row["term_end_date"])
            if month >= now:
                months[month].append(row)
            elif row["is_open"]:
                months[now].append(row)
        for month, rows in months.items():
            for scenario in SCENARIOS:
                yield _scenario(month, scenario, rows, self.policy.as_of)

    def accuracy(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of expansion_renewals.renewal_forecast_accuracy."""
        months: dict[tuple[int, int], list[Question]] = defaultdict(list)
        for question in self.asked:
            if question.outcome.term.end <= self.policy.as_of:
                month = month_number(question.outcome.term.end)
                months[month, question.lead_days].append(question)
        for (month, lead), questions in months.items():
            yield self._judged(month, lead, questions)

    def _judged(
        self, month: int, lead: int, questions: Sequence[Question]
    ) -> dict[str, Any]:
        known = [one for one in questions if not one.outcome.is_open]
        answers = [(one, *self.answer(one)) for one in known]
        available = _total(one.arr for one in known)
        forecast = _total(share(one.arr, gross) for one, _, gross, _ in answers)
        net_forecast = _total(share(one.arr, net) for one, *_, net in answers)
        renewed = _total(one.kept for one in known)
        still_open = len(questions) - len(known)
        return {
            "month": first_day(month),
            "lead_days": lead,
            "renewals": len(questions),
            "open_renewals": still_open,
            "available_arr": available,
            "forecast_arr": forecast,
            "renewed_arr": renewed,
            "error_arr": forecast - renewed,
            "forecast_gross_rate": ratio(forecast, available),
            "gross_rate": ratio(renewed, available),
            "error_rate": ratio(forecast - renewed, available),
            "forecast_net_rate": ratio(net_forecast, available),
            "net_rate": ratio(_total(one.net_kept for one in known), available),
            "is_complete": last_day(month) <= self.policy.as_of and not still_open,
        }


def _scenario(
    month: int, scenario: str, rows: Sequence[Mapping[str, Any]], as_of: date
) -> dict[str, Any]:
    """Return one month's forecast; what is settled counts as it came."""
    counted = [row for row in rows if row["is_open"] and _counts(row, scenario)]
    settled = [row for row in rows if not row["is_open"]]
    available = _total(row["arr_up_for_renewal"] for row in rows)
    forecast = _total(row["forecast_arr"] for row in counted)
    net_forecast = _total(row["net_forecast_arr"] for row in counted)
    forecast += _total(row["renewed_arr"] for row in settled)
    net_forecast += _total(row["net_renewed_arr"] for row in settled)
    return {
        "month": first_day(month),
        "scenario": scenario,
        "renewals": len(rows),
        "available_arr": available,
        "settled_arr": _total(row["arr_up_for_renewal"] for row in settled),
        "open_arr": _total(row["arr_up_for_renewal"] for row in rows if row["is_open"]),
        "forecast_arr": forecast,
        "net_forecast_arr": net_forecast,
        "gross_rate": ratio(forecast, available),
        "net_rate": ratio(net_forecast, available),
        "is_complete": is_known_whole(month, as_of),
    }


def is_known_whole(month: int, as_of: date) -> bool:
    """Tell whether a month, by its number, is over in a year from a day."""
    ahead = month - month_number(as_of)
    return ahead < _YEAR or (ahead == _YEAR and as_of == last_day(month_number(as_of)))


def _counts(row: Mapping[str, Any], scenario: str) -> bool:
    if scenario == "committed":
        return bool(row["is_committed"])
    return scenario == "expected" or not row["is_at_risk"]


def share(amount: Decimal, rate: Fraction) -> Decimal:
    """Return a share of an amount, rounded half up to the cent."""
    return Decimal(round_half_up(Fraction(amount) * rate * 100)).scaleb(-2)


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
