"""Which terms a subscription has had, and what became of each when it ended.

Readings of DECISIONS A1, E1 and E2:

- A biller shows one term. The others are as long, before and after it, up to the first
  end after the as-of date, or the term in which it ended; what does not renew by itself
  has none after the shown one.
- A term is to be renewed if something was in force on the day before it ended. It goes
  on in a new row that starts by its end or, late, while grace runs, at what that row
  brings on its first paid day; else in the same row, at what is in force on the first
  day after it.
- Of a row that was over before its term was, nothing was renewed: that is known from
  the day on which it was over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from oracle.arithmetic import add_months, month_number, months_between
from oracle.health import Row

ZERO = Decimal(0)
_DAY = timedelta(days=1)
_YEAR = 12


@dataclass(frozen=True)
class Life:
    """A subscription: its staged row, its lines of ARR, and the rows that continue it.

    `lines` have valid_from, valid_to (None is open) and arr.
    """

    row: Row
    lines: Sequence[Row]
    continued_by: Sequence[Life] = ()

    @property
    def renews_by_itself(self) -> bool:
        """Whether a term that ends renews unless somebody ends it."""
        return self.row["auto_renews"] is not False

    @property
    def paid_from(self) -> date:
        """The first day that is no trial."""
        started_on: date = self.row["started_on"]
        return max(started_on, self.row["trial_ends_on"] or started_on)

    def arr_on(self, day: date) -> Decimal:
        """Return what it brings that day."""
        return sum((arr for start, end, arr in self._arr if start <= day < end), ZERO)

    @cached_property
    def _arr(self) -> list[tuple[date, date, Decimal]]:
        """What its lines bring, and on which days."""
        return [
            (line["valid_from"], line["valid_to"] or date.max, line["arr"])
            for line in self.lines
        ]


@dataclass(frozen=True)
class Term:
    """One term of a subscription; `may_lapse` is one that ends unless it is renewed."""

    start: date
    end: date
    months: int
    may_lapse: bool


@dataclass(frozen=True)
class Outcome:
    """A term and what is known of its end; what is open has no settled_on.

    `arr` is what was, or is, up for renewal; `renewed` what goes on, growth included.
    """

    term: Term
    status: str
    over_on: date
    settled_on: date | None
    renewed_on: date | None
    in_new_row: bool
    arr: Decimal
    renewed: Decimal | None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be settled."""
        return self.settled_on is None


def months_of(row: Row) -> int:
    """Return how long the term is that a staged row shows; without a length a year."""
    start, end = row["current_term_start"], row["current_term_end"]
    return months_between(start, end) if start is not None and start < end else _YEAR


def is_renewal_term(row: Row, months_min: int) -> bool:
    """Whether a staged row's terms end in renewals, and do not only roll on."""
    return row["current_term_end"] is not None and months_of(row) >= max(months_min, 1)


def terms(life: Life, as_of: date, months_min: int) -> Iterator[Term]:
    """Yield a subscription's terms in order, to the first that ends after `as_of`."""
    if not is_renewal_term(life.row, months_min):
        return
    months, shown_end = months_of(life.row), life.row["current_term_end"]
    ends = [
        end
        for end in _ends(life.paid_from, shown_end, months, as_of)
        if end > life.paid_from and (life.renews_by_itself or end <= shown_end)
    ]
    start = life.row["started_on"]
    over_on = life.row["ended_on"] or date.max
    for end in ends:
        yield Term(
            start=start,
            end=end,
            months=months,
            may_lapse=not life.renews_by_itself and end == shown_end,
        )
        if end > as_of or end >= max(shown_end, over_on):
            return
        start = end


def running_end(
    shown: tuple[date | None, date],
    paid_from: date,
    ended_on: date | None,
    as_of: date,
) -> date:
    """Return when the term ends that runs as of a day, of what renews by itself.

    `shown` are start and end of the term that the biller shows, which had begun by
    then. Of what has ended it is the term in which it did. One that is shorter than
    half a month is read as it is shown.
    """
    row = {"current_term_start": shown[0], "current_term_end": shown[1]}
    if months_of(row) == 0:
        return shown[1]
    last_day = as_of if ended_on is None else min(as_of, ended_on - _DAY)
    return next(
        end
        for end in _ends(paid_from, shown[1], months_of(row), max(last_day, shown[1]))
        if end >= shown[1] and end > last_day
    )


def _ends(paid_from: date, shown_end: date, months: int, as_of: date) -> Iterator[date]:
    """Yield days that lie whole terms before and after a shown end, in order."""
    first = min(paid_from, as_of)
    back = (month_number(shown_end) - month_number(first)) // months + 2
    on = (month_number(max(as_of, shown_end)) - month_number(shown_end)) // months + 2
    elapsed = month_number(shown_end) - month_number(paid_from)
    for number in range(-back, on + 1):
        if add_months(paid_from, elapsed) == shown_end:
            # From the day on which they began, so that a month's last day comes back.
            yield add_months(paid_from, elapsed + number * months)
        else:
            yield add_months(shown_end, number * months)


def outcomes(
    life: Life, as_of: date, grace_days: int, months_min: int
) -> Iterator[Outcome]:
    """Yield what became of each of a subscription's terms, in order."""
    found = list(terms(life, as_of, months_min))
    renewals = _renewals(life, [term.end for term in found], grace_days * _DAY)
    for term in found:
        yield _outcome(life, term, renewals.get(term.end, []), as_of, grace_days)


def _renewals(
    life: Life, ends: Sequence[date], grace: timedelta
) -> Mapping[date, list[Life]]:
    """Return the rows that continue a subscription by the end that each renews."""
    renewed: dict[date, list[Life]] = {}
    for other in life.continued_by:
        within = [end for end in ends if end + grace >= other.row["started_on"]]
        if within:
            renewed.setdefault(min(within), []).append(other)
    return renewed


def _outcome(
    life: Life, term: Term, renewed_by: Sequence[Life], as_of: date, grace_days: int
) -> Outcome:
    if renewed_by:
        renewed_on = min(other.row["started_on"] for other in renewed_by)
        over_on = min(term.end, renewed_on)
        return Outcome(
            term=term,
            status="renewed" if renewed_on <= term.end else "late",
            over_on=over_on,
            settled_on=renewed_on,
            renewed_on=renewed_on,
            in_new_row=True,
            arr=life.arr_on(over_on - _DAY),
            renewed=sum((other.arr_on(other.paid_from) for other in renewed_by), ZERO),
        )
    status, settled_on = _without_a_new_row(life, term, as_of, grace_days)
    renewed: Decimal | None = ZERO
    if settled_on is None:
        renewed = None
    elif status == "renewed":
        renewed = life.arr_on(term.end)
    return Outcome(
        term=term,
        status=status,
        over_on=term.end,
        settled_on=settled_on,
        renewed_on=term.end if status == "renewed" else None,
        in_new_row=False,
        arr=life.arr_on(min(term.end - _DAY, as_of)),
        renewed=renewed,
    )


def _without_a_new_row(
    life: Life, term: Term, as_of: date, grace_days: int
) -> tuple[str, date | None]:
    """Return status and day of being settled of a term that no new row renews."""
    ended_on = life.row["ended_on"]
    if ended_on is not None and ended_on <= term.end:
        return "churned", ended_on
    if term.end > as_of:
        return "upcoming", None
    if not term.may_lapse:
        return ("renewed" if life.arr_on(term.end) > 0 else "churned"), term.end
    grace_ends = term.end + grace_days * _DAY
    if ended_on is not None and ended_on < grace_ends:
        return "churned", ended_on
    return ("in_grace", None) if as_of < grace_ends else ("churned", grace_ends)
