"""Who is near what it bought, and what it might buy beside it.

Readings of DECISIONS E7, I2 and H9:

- A week counts that is over, has active users reported, and on whose Sunday seats were
  bought. Sessions per user are those of its days.
- A signal begins on the Sunday of a week near the limit that is used often. Weeks that
  show it again are the same signal, unless none has shown it for as long as it lasts.
- A week that others have used the product in, and an account has no row of, is one in
  which it did not: no limit is near then, and no seat is missing.
- A signal is followed up by any sale that is open on the day, whatever began it, and by
  one that was begun since it was shown, even if it was lost. It is over then.
- What an account lacks it is told by others alike: the same tier and industry, or, if
  these are too few, the same tier. A family is owned while a line of it is in force.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from oracle.arithmetic import ratio, rounded
from oracle.expansion import Deal
from oracle.health import Row
from oracle.touches import was_held

_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_MET = ("call", "meeting", "onsite")
# In the place of an industry.
_ANY = "any industry"


@dataclass(frozen=True)
class Policy:
    """The trigger usage_near_limit, the switches, and features by product family."""

    as_of: date
    trigger: Row
    used_after_percent: int
    peers_min: int
    ownership_min_percent: int
    features: Mapping[str, int]


@dataclass(frozen=True)
class Account:
    """What is known of an account, as staged or built by the models that it names.

    `lines` are its arr_lines with `unit`, that of the product; `usage` its rows of
    usage_weekly; `tiers` are opening_touch_tier of arr_monthly by month.
    """

    row: Row
    lines: Sequence[Row]
    usage: Sequence[Row]
    events: Sequence[Row]
    activities: Sequence[Row]
    tiers: Mapping[date, str]

    def lines_on(self, day: date) -> list[Row]:
        """Return what is in force on a day."""
        return [
            line
            for line in self.lines
            if line["valid_from"] <= day < (line["valid_to"] or date.max)
        ]

    def arr_on(self, day: date) -> Decimal:
        """Return its ARR at the end of a day."""
        return _total(line["arr"] for line in self.lines_on(day))


@dataclass(frozen=True)
class SeatWeek:
    """One account's use of its seats in a week that is over."""

    week: date
    users: Decimal | None
    seats: Decimal
    seat_arr: Decimal
    sessions: int | None
    user_days: int | None
    features: int | None

    @property
    def utilisation(self) -> Fraction | None:
        """Average users a seat."""
        return None if self.users is None else ratio(self.users, self.seats)

    @property
    def engagement(self) -> Fraction | None:
        """Sessions a user and day."""
        if self.sessions is None or self.user_days is None:
            return None
        return ratio(self.sessions, self.user_days)


@dataclass(frozen=True)
class Signal:
    """A week that begins a signal, and what came of it by the as-of date."""

    week: SeatWeek
    expires_on: date
    conversion: Row | None

    @property
    def shown_on(self) -> date:
        """The Sunday of its week."""
        return self.week.week + 6 * _DAY


def seat_weeks(account: Account, as_of: date) -> list[SeatWeek]:
    """Return the weeks of an account that count, in order."""
    found = []
    for row in sorted(account.usage, key=lambda row: row["week"]):
        sunday = row["week"] + 6 * _DAY
        lines = [
            one
            for one in account.lines_on(sunday)
            # What the price list gives no unit is sold by the seat.
            if (one["unit"] or "seat") == "seat"
        ]
        if sunday > as_of or not lines:
            continue
        found.append(
            SeatWeek(
                week=row["week"],
                users=row["active_users_average"],
                seats=_total(line["quantity"] for line in lines),
                seat_arr=_total(line["arr"] for line in lines),
                sessions=row["sessions"],
                user_days=row["active_user_days"],
                features=row["features_used"],
            )
        )
    return found


def follows_up(deal: Deal, signal: Signal, day: date) -> bool:
    """Tell whether by the end of a day a sale has taken up a signal."""
    return deal.is_open_on(day) or signal.shown_on <= deal.created_on <= day


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


@dataclass
class _Alike:
    """How many accounts are alike, and what those who own a family pay for it."""

    accounts: int = 0
    paid: dict[str, list[Fraction]] = field(default_factory=lambda: defaultdict(list))


class Signals:
    """The mart of signals of a company."""

    def __init__(
        self,
        accounts: Mapping[str, Account],
        policy: Policy,
        deals: Sequence[Deal],
    ) -> None:
        """Keep the accounts and sales of expansion; nothing is worked out yet."""
        self.accounts, self.policy = accounts, policy
        self.deals: dict[str, list[Deal]] = defaultdict(list)
        for deal in deals:
            self.deals[deal.row["account_id"]].append(deal)
        self.customers = [
            account for account in accounts.values() if account.row["is_customer"]
        ]

    @cached_property
    def _owned(self) -> dict[str, dict[str, Fraction]]:
        """By customer, what it pays for each product family now."""
        owned: dict[str, dict[str, Fraction]] = {}
        for account in self.customers:
            families = owned.setdefault(account.row["account_id"], {})
            for line in account.lines_on(self.policy.as_of):
                family = line["product_family"]
                if family is not None and line["arr"] > 0:
                    families[family] = families.get(family, Fraction(0)) + Fraction(
                        line["arr"]
                    )
        return owned

    @cached_property
    def _newest_week(self) -> date:
        """The last week that is over in which anybody used what it bought."""
        return max(
            (
                week.week
                for account in self.accounts.values()
                for week in seat_weeks(account, self.policy.as_of)
            ),
            default=date.min,
        )

    def signals(self, account: Account, weeks: Sequence[SeatWeek]) -> list[Signal]:
        """Return an account's signals, in order."""
        trigger, found = self.policy.trigger, list[Signal]()
        lasts = trigger["expires_after_days"] * _DAY
        last_shown_on = date.min
        for week in weeks:
            shown_on = week.week + 6 * _DAY
            is_near = (
                self._is_near_limit(week)
                and account.arr_on(shown_on) > trigger["arr_above"]
            )
            if not is_near:
                continue
            if not found or shown_on > last_shown_on + lasts:
                expires_on = shown_on + lasts
                grown = [
                    event
                    for event in account.events
                    if event["movement_type"] == "expansion"
                    and shown_on < event["event_on"] <= expires_on
                ]
                first = min(grown, key=lambda event: event["event_on"], default=None)
                found.append(Signal(week, expires_on, first))
            last_shown_on = shown_on
        return found

    def _is_near_limit(self, week: SeatWeek) -> bool:
        """Tell whether a week's seats are nearly all in use, and often."""
        trigger = self.policy.trigger
        return bool(
            week.users is not None
            and week.seats > 0
            and week.users >= week.seats * trigger["threshold"]
            and week.user_days
            and week.sessions is not None
            and week.sessions >= trigger["engagement_from"] * week.user_days
        )

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of expansion_renewals.expansion_signals."""
        for account in self.accounts.values():
            weeks = seat_weeks(account, self.policy.as_of)
            signals = self.signals(account, weeks)
            if account.row["is_customer"] or signals:
                yield self._row(account, weeks, signals[-1] if signals else None)

    def _row(
        self, account: Account, weeks: Sequence[SeatWeek], signal: Signal | None
    ) -> dict[str, Any]:
        row = account.row
        latest = weeks[-1] if weeks and row["is_customer"] else None
        missing = self._missing(account) if row["is_customer"] else []
        shown = self._shown(account, signal)
        is_open = (
            signal is not None
            and signal.conversion is None
            and shown["followed_up_on"] is None
            and self.policy.as_of <= signal.expires_on
            and bool(row["is_customer"])
        )
        now = latest if latest and latest.week == self._newest_week else None
        seat_potential = self.seat_potential(now) if now and is_open else Fraction(0)
        product_potential = sum((worth for _, _, worth, _ in missing), Fraction(0))
        priority = "low" if missing else "none"
        if is_open:
            priority = "high" if shown["is_prioritised"] else "normal"
        return {
            "account_id": row["account_id"],
            "account_name": row["account_name"] or row["account_id"],
            "touch_tier": row["touch_tier"],
            "csm_id": row["csm_id"],
            "csm_name": row["csm_name"],
            "arr": row["arr"],
            "usage_week": latest and latest.week,
            "seats": latest and latest.seats,
            "seat_utilisation": latest and latest.utilisation,
            "engagement": latest and latest.engagement,
            "is_near_limit": now is not None and self._is_near_limit(now),
            "adoption_gap": latest and self._adoption_gap(account, weeks),
            "products_not_owned": ", ".join(family for _, family, _, _ in missing)
            or None,
            "products_of_peers": ", ".join(
                f"{family} ({counts})" for _, family, _, counts in missing
            )
            or None,
            "seat_potential_arr": seat_potential,
            "product_potential_arr": product_potential,
            "potential_arr": seat_potential + product_potential,
            "is_signal_open": is_open,
            **shown,
            "priority": priority,
        }

    def _shown(self, account: Account, signal: Signal | None) -> dict[str, Any]:
        """Return what the latest signal showed and what came of it."""
        if signal is None:
            return dict.fromkeys(
                (
                    *("signalled_on", "expires_on", "signal_seat_utilisation"),
                    *("signal_engagement", "signal_arr", "signal_touch_tier"),
                    *("is_prioritised", "answered_on", "followed_up_on"),
                    *("converted_on", "converted_arr", "days_to_convert"),
                )
            )
        arr = account.arr_on(signal.shown_on)
        converted_on = signal.conversion and signal.conversion["event_on"]
        answers = [
            activity["occurred_on"]
            for activity in account.activities
            if activity["activity_type"] in _MET
            and activity["purpose"] == "expansion"
            and was_held(activity)
            and signal.week.week <= activity["occurred_on"] <= signal.expires_on
        ]
        return {
            "signalled_on": signal.shown_on,
            "expires_on": signal.expires_on,
            "signal_seat_utilisation": signal.week.utilisation,
            "signal_engagement": signal.week.engagement,
            "signal_arr": arr,
            "signal_touch_tier": account.tiers.get(signal.shown_on.replace(day=1)),
            "is_prioritised": arr > self.policy.trigger["prioritised_above_arr"],
            "answered_on": min(answers, default=None),
            "followed_up_on": min(
                (
                    deal.created_on
                    for deal in self.deals[account.row["account_id"]]
                    if follows_up(deal, signal, self.policy.as_of)
                ),
                default=None,
            ),
            "converted_on": converted_on,
            "converted_arr": signal.conversion and signal.conversion["delta_arr"],
            "days_to_convert": converted_on and (converted_on - signal.shown_on).days,
        }

    def seat_potential(self, week: SeatWeek) -> Fraction:
        """Return what the seats bring that make room for more users."""
        users, seats = Fraction(week.users or 0), Fraction(week.seats)
        if seats == 0:
            return Fraction(0)
        wanted = users * 100 / self.policy.used_after_percent
        more = max(-(-wanted.numerator // wanted.denominator) - seats, Fraction(0))
        return rounded(more * Fraction(week.seat_arr) / seats, 2)

    def _adoption_gap(
        self, account: Account, weeks: Sequence[SeatWeek]
    ) -> Fraction | None:
        """Return the share of features that the best of five weeks left unused."""
        latest = weeks[-1]
        used = [
            one.features
            for one in weeks
            if latest.week - 4 * _WEEK <= one.week and one.features is not None
        ]
        now = account.lines_on(self.policy.as_of)
        families = {line["product_family"] for line in now}
        bought = sum(self.policy.features.get(family, 0) for family in families)
        if not used:
            return None
        return ratio(max(bought - max(used), 0), bought)

    def _missing(self, account: Account) -> list[tuple[Fraction, str, Fraction, str]]:
        """Return the families that accounts alike own: how many, which, for how much.

        An account owns none of them, so that it is no owner among those alike.
        """
        tier, industry = account.row["touch_tier"], account.row["industry"]
        alike = self._alike[tier, industry]
        if alike.accounts - 1 < self.policy.peers_min:
            alike = self._alike[tier, _ANY]
        if alike.accounts - 1 < self.policy.peers_min:
            return []
        found = []
        for family in alike.paid.keys() - self._owned[account.row["account_id"]].keys():
            paid, others = alike.paid[family], alike.accounts - 1
            if len(paid) * 100 >= others * self.policy.ownership_min_percent:
                mean = rounded(sum(paid, Fraction(0)) / len(paid), 2)
                found.append(
                    (
                        *(Fraction(len(paid), others), family, mean),
                        f"{len(paid)} of {others}",
                    )
                )
        return sorted(found, key=lambda one: (-one[0], one[1]))

    @cached_property
    def _alike(self) -> dict[tuple[str, str | None], _Alike]:
        """The customers of each tier and industry, and of each tier."""
        found: dict[tuple[str, str | None], _Alike] = defaultdict(_Alike)
        for customer in self.customers:
            for industry in (customer.row["industry"], _ANY):
                alike = found[customer.row["touch_tier"], industry]
                alike.accounts += 1
                for family, arr in self._owned[customer.row["account_id"]].items():
                    alike.paid[family].append(arr)
        return found
