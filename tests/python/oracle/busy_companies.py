"""Random companies with sales, usage and calls: what expansion and renewals read.

`companies.py` writes what is billed. `make_busy` takes such a company and adds what it
lacks, as valid as what it has and often on an edge:

- notice days, some of them such that notice could last be given on the as-of date;
  trials of rows that renew another, which end before they begin too;
- opportunities with and without a stage history, stages of one moment and stages before
  the day of creation; some of it after the as-of date; some due as a quarter ends;
- weeks of usage around nine users for ten seats and four sessions a user and day, which
  is where a signal begins, some so that it expires on the as-of date; weeks without a
  number of users; features; calls on a signal's first and last days.

The seed and the company say all of it: the same ones, the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from oracle import companies
from oracle.arithmetic import last_day, monday_of, month_number
from oracle.companies import Dice, SeededDice, random_blocks
from oracle.raw import Row, Tables

COLUMNS = {
    **companies.COLUMNS,
    "crm_opportunities": (
        "opportunity_id account_id opportunity_type expansion_type product_id "
        "subscription_id stage amount currency source created_at expected_close_date "
        "closed_at is_won"
    ),
    "crm_opportunity_stages": "opportunity_id stage entered_at amount",
    "crm_activities": (
        "activity_id account_id activity_type purpose occurred_at status"
    ),
    "usage_daily": "account_id usage_date active_users sessions events",
    "usage_features_daily": "account_id usage_date feature active_users events",
}
# The families of the catalogue that the policy `product_features` knows under these
# names; services it does not know.
FAMILIES = {"core": "engage", "analytics": "projects"}
# As people write them; `pilot` the policy `stage_win_rates` does not know.
STAGES = (
    *("discovery", "Identified", "Qualification", "proposal", "negotiation", "pilot"),
    *("closed_won", "Closed Lost", "won", "lost"),
)
FEATURES = tuple(f"feature {number}" for number in range(1, 9))
SALES_DAYS = 400
# Usage begins so long before the as-of date. A signal of the week of 96 days ago
# expires today if today is a Saturday.
USAGE_DAYS = (330, 330, 96, 200)
# From the Monday of a week to days that count, and do not, for a signal of that week.
SIGNAL_DAYS = (0, 5, 6, 96, 97, -1)
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)


def random_busy_companies(count: int, as_of: date, seed: str) -> dict[str, Tables]:
    """Return so many busy companies by prefix; put them together with `union`."""
    return {
        prefix: make_busy(block, as_of, f"{seed} {prefix}")
        for prefix, block in random_blocks(count, as_of, seed).items()
    }


def make_busy(company: Tables, as_of: date, seed: int | str) -> Tables:
    """Return a company with sales, usage and calls; its own rows stay as they are."""
    return _Additions(company, as_of, SeededDice(seed)).make()


class _Additions:
    """Adds to one company, asking the dice at every turn."""

    def __init__(self, company: Tables, as_of: date, dice: Dice) -> None:
        self.as_of, self.dice = as_of, dice
        self.tables: Tables = {
            **{table: [] for table in COLUMNS},
            **{table: [dict(row) for row in rows] for table, rows in company.items()},
        }
        # By account: its subscriptions, and quantities that it bought.
        self._subscriptions: dict[str, list[str]] = {}
        self._seats: dict[str, list[int]] = {}

    def make(self) -> Tables:
        """Return the company's tables, the added ones too."""
        for row in self.tables["billing_products"]:
            row["product_family"] = FAMILIES.get(
                str(row["product_family"]), row["product_family"]
            )
        for row in self.tables["billing_subscriptions"]:
            self._complete_subscription(row)
        self._read_holdings()
        # An account has a second row where the CRM has changed it.
        for account_id in dict.fromkeys(
            str(row["account_id"]) for row in self.tables["crm_accounts"]
        ):
            for number in range(self.dice.choose((0, 0, 1, 1, 2, 3))):
                self._write_opportunity(account_id, f"{account_id}o{number}")
            first_week = monday_of(self.as_of - self.dice.choose(USAGE_DAYS) * _DAY)
            self._write_usage(account_id, first_week)
            self._write_activities(account_id, first_week)
        return self.tables

    def _add(self, table: str, **values: str | int | None) -> None:
        row: Row = dict.fromkeys(COLUMNS[table].split())
        for name, value in values.items():
            row[name] = None if value is None else str(value)
        self.tables[table].append(row)

    # Days

    def _day(self, low: date, high: date) -> date:
        """Choose a day, both ends included; often the as-of date or a month's end."""
        if high <= low:
            return low
        day = low + self.dice.integer(0, (high - low).days) * _DAY
        if self.dice.chance(30):
            edges = (self.as_of, self.as_of + _DAY, last_day(month_number(day)))
            return min(max(self.dice.choose(edges), low), high)
        return day

    # Subscriptions

    def _complete_subscription(self, row: Row) -> None:
        """Add how long before its end notice is due, and to renewals an odd trial."""
        dice = self.dice
        row["notice_days"] = dice.choose((None, None, "0", "30", "60", "90"))
        if row["current_term_end"] is not None and dice.chance(15):
            days = (date.fromisoformat(row["current_term_end"]) - self.as_of).days
            if days >= 0:
                row["notice_days"] = str(days)
        if row["renewed_from_subscription_id"] is not None and dice.chance(15):
            start = date.fromisoformat(str(row["started_on"]))
            days = dice.choose((0, 5, 10, -1, -30))
            row["trial_ends_on"] = (start + days * _DAY).isoformat()

    def _read_holdings(self) -> None:
        accounts: dict[str, str] = {}
        for row in self.tables["billing_subscriptions"]:
            if row["account_id"] is not None:
                accounts[str(row["subscription_id"])] = row["account_id"]
        for subscription_id, account_id in accounts.items():
            self._subscriptions.setdefault(account_id, []).append(subscription_id)
        for row in self.tables["billing_subscription_items"]:
            owner = accounts.get(str(row["subscription_id"]))
            if owner is not None:
                seats = int(float(row["quantity"] or 1))
                self._seats.setdefault(owner, []).append(seats)

    # Sales

    def _write_opportunity(self, account_id: str, opportunity_id: str) -> None:
        dice = self.dice
        created_on = self._day(self.as_of - SALES_DAYS * _DAY, self.as_of + 5 * _DAY)
        closed_on: date | None = None
        if dice.chance(55):
            latest = min(created_on + 200 * _DAY, self.as_of + 40 * _DAY)
            closed_on = self._day(created_on, latest)
        is_won: str | None = None
        if closed_on is not None:
            is_won = dice.choose(("true", "false", None))
        elif dice.chance(10):
            # The CRM knows how it went, but not when.
            is_won = dice.choose(("true", "false"))
        quarter = last_day(month_number(created_on) // 3 * 3 + dice.choose((2, 5, 8)))
        own = self._subscriptions.get(account_id, [])
        self._add(
            "crm_opportunities",
            opportunity_id=opportunity_id,
            account_id=account_id,
            opportunity_type="renewal" if dice.chance(20) else "expansion",
            expansion_type=dice.choose((None, "seats", "product")),
            product_id=dice.choose((None, "x")),
            subscription_id=dice.choose((None, *own, "nobody knows it")),
            stage=dice.choose(STAGES),
            amount=dice.choose(("100", "2500.5", "33333.33", "0")),
            currency=dice.choose((None, "USD", "EUR", "CHF")),
            source=dice.choose((None, "csm", "sales", "product")),
            created_at=f"{created_on}T{dice.integer(0, 23):02}:15:00Z",
            expected_close_date=dice.choose(
                (None, quarter.isoformat(), (created_on + 60 * _DAY).isoformat())
            ),
            closed_at=None if closed_on is None else f"{closed_on}T23:45:00Z",
            is_won=is_won,
        )
        if dice.chance(75):
            self._write_stages(opportunity_id, created_on, closed_on)

    def _write_stages(
        self, opportunity_id: str, created_on: date, closed_on: date | None
    ) -> None:
        """Write a history; now and then it begins late, or goes on after the end."""
        dice = self.dice
        moment = datetime.combine(created_on, time(dice.integer(0, 5)))
        moment += dice.choose((0, 0, -1, 3)) * _DAY
        entered = set()
        for _ in range(dice.integer(1, 5)):
            stage = dice.choose(STAGES)
            if (stage, moment) not in entered:
                self._add(
                    "crm_opportunity_stages",
                    opportunity_id=opportunity_id,
                    stage=stage,
                    entered_at=f"{moment.isoformat()}Z",
                    amount=dice.choose((None, "50", "120.25", "99999.99")),
                )
            entered.add((stage, moment))
            # Two stages of one moment, in one case of ten or so.
            if not dice.chance(10):
                moment += timedelta(
                    days=dice.choose((0, 0, 1, 10, 40, 90)), hours=dice.integer(1, 9)
                )
            if closed_on and moment.date() > closed_on and dice.chance(80):
                return

    # Usage and calls

    def _write_usage(self, account_id: str, first_week: date) -> None:
        """Write weeks up to that of the as-of date, which may be under way."""
        dice = self.dice
        # Who has what: nothing, a day a week, five days, or days without users.
        kind = dice.choose(("none", "none", "a day", "a day", "five days", "no users"))
        if kind == "none":
            return
        users = self._usual_users(self._seats.get(account_id) or [1])
        for week in self._weeks_from(first_week):
            # Some weeks nobody reports anything.
            if dice.chance(15):
                continue
            days: Sequence[date] = [week + dice.integer(0, 6) * _DAY]
            if kind == "five days":
                days = [week + day * _DAY for day in range(5) if dice.chance(80)]
            now = round(users * dice.choose((100, 100, 100, 90)) / 100)
            for day in days:
                self._add(
                    "usage_daily",
                    account_id=account_id,
                    usage_date=day.isoformat(),
                    active_users=None if kind == "no users" else now,
                    sessions=dice.choose((now * 4, now * 4, now * 3, now * 5, None)),
                    events=dice.choose((10, None)),
                )
            if kind != "no users" and dice.chance(40):
                self._write_features(account_id, week)

    def _usual_users(self, quantities: Sequence[int]) -> int:
        """Choose how many use what was bought: all seats, nine tenths, or other."""
        seats = self.dice.choose((sum(quantities), max(quantities), *quantities))
        percent = self.dice.choose((90, 90, 100, 120, 80))
        return max(1, seats * percent // 100)

    def _weeks_from(self, week: date) -> Iterator[date]:
        while week <= self.as_of:
            yield week
            week += _WEEK

    def _write_features(self, account_id: str, week: date) -> None:
        dice = self.dice
        for feature in FEATURES:
            if dice.chance(30):
                self._add(
                    "usage_features_daily",
                    account_id=account_id,
                    usage_date=(week + dice.integer(0, 6) * _DAY).isoformat(),
                    feature=feature,
                    active_users=dice.choose((None, 0, 1, 2)),
                    events=dice.choose((None, 0, 4)),
                )

    def _write_activities(self, account_id: str, first_week: date) -> None:
        """Write calls and the like; a signal often begins in the first week."""
        dice = self.dice
        for number in range(dice.integer(0, 4)):
            day = first_week + dice.choose(SIGNAL_DAYS) * _DAY
            if dice.chance(60):
                day = self._day(first_week, self.as_of)
            self._add(
                "crm_activities",
                activity_id=f"{account_id}x{number}",
                account_id=account_id,
                activity_type=dice.choose(("call", "email", "meeting", "onsite")),
                purpose=dice.choose(("expansion", "expansion", "renewal")),
                occurred_at=f"{day}T10:00:00Z",
                status=dice.choose(("completed", "delivered", "no_show", None)),
            )
