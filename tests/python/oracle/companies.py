"""Small random companies as raw rows, drawn by hypothesis or by a seed.

Every row is valid: nothing here should be refused, so that a difference is a
difference in meaning. One company has 1-6 accounts, 3-14 months of history up to the
as-of date and 0-4 subscriptions an account (renewals come on top), with facts after
the as-of date too. Choices are listed simplest first, so that hypothesis shrinks
towards a plain company.

Companies are put into one raw folder with `to_company_block` and `union`: every id
and domain gets the company's prefix, and `region` becomes the prefix, so that the
slice `region` of the company-wide marts is the company. Exchange rates are the same
for all companies of an as-of date (`market`).

Scales: prices and discounts have at most 4 decimals, quantities 2, rates 6.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

from hypothesis import strategies as st

from oracle.arithmetic import add_months, first_day, last_day, month_number
from oracle.raw import KEYS, Row, Tables

T = TypeVar("T")

# Mid-month, so that the last month is partial; the leap day is within 14 months.
DEFAULT_AS_OF = date(2024, 9, 17)
GRACE_DAYS = 30
TABLES = tuple(KEYS)
REQUIRED_TABLES = (
    "crm_accounts",
    "billing_subscriptions",
    "billing_subscription_items",
)
PREFIXED = (
    "account_id",
    "parent_account_id",
    "merged_into_account_id",
    "domain",
    "email_domain",
    "csm_id",
    "product_id",
    "billing_customer_id",
    "subscription_id",
    "renewed_from_subscription_id",
    "subscription_item_id",
    "invoice_id",
    "invoice_line_id",
)
# Month-end rates; CHF's begin late, so that "the first one after it" is reached.
MONTH_END_RATES = {
    "EUR": (1_083_700, 1_101_233, 1_049_999, 1_250_000),
    "GBP": (1_271_515, 1_305_000, 1_212_345),
    "INR": (12_034, 11_667, 12_505, 11_501, 11_999),
    "CHF": (1_121_212, 1_099_995, 1_150_005),
}
LATE_CURRENCIES = {"CHF": 5}

COLUMNS = {
    "crm_accounts": (
        "account_id account_name parent_account_id merged_into_account_id domain "
        "industry region country created_at is_test updated_at"
    ),
    "crm_csms": "csm_id csm_name email team touch_model started_on ended_on",
    "crm_account_owners": "account_id csm_id valid_from valid_to",
    "billing_products": (
        "product_id product_name product_family tier_rank unit is_self_service"
    ),
    "billing_customers": "billing_customer_id account_id email_domain currency",
    "billing_subscriptions": (
        "subscription_id account_id billing_customer_id started_on ended_on "
        "trial_ends_on current_term_start current_term_end auto_renews status "
        "renewed_from_subscription_id cancel_requested_at updated_at"
    ),
    "billing_subscription_items": (
        "subscription_item_id subscription_id product_id charge_type quantity "
        "unit_price discount_percent billing_interval interval_count currency "
        "valid_from valid_to change_reason"
    ),
    "billing_pauses": "subscription_id paused_on resumed_on",
    "billing_invoices": (
        "invoice_id billing_customer_id subscription_id issued_on status currency "
        "total_amount"
    ),
    "billing_invoice_lines": (
        "invoice_line_id invoice_id line_type period_start period_end amount"
    ),
    "billing_exchange_rates": "currency rate_date rate",
}

# Product id: family, tier rank, unit, self-service.
CATALOGUE: dict[str, tuple[str | None, str | None, str, str | None]] = {
    "pro": ("core", "2", "seat", "false"),
    "starter": ("core", "1", "seat", "true"),
    "enterprise": ("core", "3", "seat", "no"),
    "insights": ("analytics", "1", "flat", "1"),
    "support": ("services", None, "flat", None),
    # Ranks without a family: no move leads from one to the other.
    "odds": (None, "1", "flat", "false"),
    "ends": (None, "2", "flat", None),
}

# Price, billing interval, interval count. The first ones sit on the edges of tiers.
PRICES: tuple[tuple[str, str, str | None], ...] = (
    ("1200", "year", None),
    ("5000", "year", "1"),
    ("4999.99", "year", "1"),
    ("20000", "year", None),
    ("19999.99", "year", None),
    ("100000", "year", None),
    ("99999.99", "year", None),
    ("10000", "year", None),
    ("9999.99", "year", None),
    ("33.33", "month", None),
    ("99.99", "month", "1"),
    ("417.005", "month", None),
    ("8333.3333", "month", "1"),
    ("299.95", "month", "3"),
    ("1999.99", "month", "6"),
    ("77.77", "month", "18"),
    ("25000.01", "year", "2"),
    ("36000", "year", "3"),
    ("19.99", "week", None),
    ("100", "week", "2"),
    ("1.1", "day", None),
    ("45.45", "day", "30"),
    ("1.0125", "day", None),
    ("0", "month", None),
)
QUANTITIES = (None, "1", "3", "2", "10", "25", "0", "2.5", "7")
DISCOUNTS = (None, "0", "10", "33.3333", "15.5", "50", "100")
CURRENCIES = (None, "USD", "EUR", "GBP", "INR", "CHF")
# Some in a third decimal, or in what a rounded rate makes half a cent.
AMOUNTS = ("1200", "100", "999.99", "1005.142", "0.015", "33.3333", "0", "-250.5")
LINE_TYPES = (
    *("recurring", None, "recurring", "proration", "usage", "one_time", "tax"),
    "credit",
)
INVOICE_STATUSES = (None, "open", "paid", "uncollectible", "draft", "void")


def _quantities(price: str) -> tuple[str | None, ...]:
    """Few of what is dear, so that no ratio outgrows decimal(12, 6)."""
    return QUANTITIES if float(price) < 5000 else (None, "1", "2", "0", "3")


class Dice(Protocol):
    """Where choices come from."""

    def integer(self, low: int, high: int) -> int:
        """Choose an integer, both ends included; `low` is the simplest."""

    def choose(self, options: Sequence[T]) -> T:
        """Choose one; the first is the simplest."""

    def chance(self, percent: int) -> bool:
        """Say yes in about so many of a hundred cases; no is the simplest."""


class SeededDice:
    """Choices from a seed: fast, repeatable, without shrinking."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)

    def integer(self, low: int, high: int) -> int:
        """Choose an integer, both ends included."""
        return self._random.randint(low, high)

    def choose(self, options: Sequence[T]) -> T:
        """Choose one."""
        return self._random.choice(options)

    def chance(self, percent: int) -> bool:
        """Say yes in about so many of a hundred cases."""
        return self._random.randrange(100) < percent


class HypothesisDice:
    """Choices from hypothesis, which shrinks them."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        """Choose an integer, both ends included."""
        return self._draw(st.integers(low, high))

    def choose(self, options: Sequence[T]) -> T:
        """Choose one."""
        return self._draw(st.sampled_from(options))

    def chance(self, percent: int) -> bool:
        """Say yes in about so many of a hundred cases."""
        return self._draw(st.integers(0, 99)) >= 100 - percent


def market(as_of: date) -> list[Row]:
    """Return the exchange rates all companies of an as-of date share.

    Month ends from 20 months before to two after it; the last are not yet visible.
    """
    this_month = month_number(as_of)
    rows: list[Row] = []
    for currency, rates in MONTH_END_RATES.items():
        for months in range(LATE_CURRENCIES.get(currency, 20) * -1, 3):
            rate = rates[months % len(rates)]
            rows.append(
                {
                    "currency": currency,
                    "rate_date": last_day(this_month + months).isoformat(),
                    "rate": f"{rate // 1_000_000}.{rate % 1_000_000:06d}",
                }
            )
    return rows


class CompanyWriter:
    """Writes one company, asking the dice at every turn."""

    def __init__(self, dice: Dice, as_of: date) -> None:
        self.dice = dice
        self.as_of = as_of
        months = dice.integer(3, 14)
        self.start = first_day(month_number(as_of) - months)
        self.tables: Tables = {table: [] for table in TABLES}
        self.tables["billing_exchange_rates"] = market(as_of)
        self._edge_days = self._find_edge_days()
        self._grace_edges = tuple(
            as_of - timedelta(days=GRACE_DAYS + off) for off in (0, -1, 1)
        )

    def write(self) -> Tables:
        """Return the company's raw tables."""
        self._write_products()
        self._write_csms()
        for number in range(1, self.dice.integer(1, 6) + 1):
            self._write_account(number)
        subscriptions: dict[str, list[Row]] = {}
        for row in self.tables["billing_subscriptions"]:
            subscriptions.setdefault(str(row["subscription_id"]), []).append(row)
        for versions in subscriptions.values():
            self._request_cancellation(versions)
            self._write_invoices(versions[0])
        return self.tables

    def _add(self, table: str, **values: str | date | None) -> Row:
        row: Row = dict.fromkeys(COLUMNS[table].split())
        row.update(
            {
                name: value.isoformat() if isinstance(value, date) else value
                for name, value in values.items()
            }
        )
        self.tables[table].append(row)
        return row

    # Days

    def _find_edge_days(self) -> list[date]:
        months = range(month_number(self.start), month_number(self.as_of) + 2)
        around = [self.as_of + timedelta(days=days) for days in (-1, 0, 1)]
        middle = [first_day(month) + timedelta(days=14) for month in months]
        leap = [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
        edges = {
            *(first_day(month) for month in months),
            *(last_day(month) for month in months),
            *middle,
            *around,
            *leap,
        }
        return sorted(edges)

    def _day(self, low: date, high: date) -> date:
        """Choose a day, both ends included, often one of the edges."""
        if high <= low:
            return low
        edges = [day for day in self._edge_days if low <= day <= high]
        if edges and self.dice.chance(60):
            return self.dice.choose(edges)
        return low + timedelta(days=self.dice.integer(0, (high - low).days))

    def _horizon(self) -> date:
        return self.as_of + timedelta(days=40)

    # People and products

    def _write_products(self) -> None:
        for product_id, (family, rank, unit, is_self_service) in CATALOGUE.items():
            self._add(
                "billing_products",
                product_id=product_id,
                product_name=product_id.title(),
                product_family=family,
                tier_rank=rank,
                unit=unit,
                is_self_service=is_self_service,
            )

    def _write_csms(self) -> None:
        for number in (1, 2, 3):
            self._add("crm_csms", csm_id=f"m{number}", csm_name=f"Manager {number}")

    def _write_owners(self, account_id: str) -> None:
        day = self._day(self.start - timedelta(days=5), self.as_of)
        for _ in range(self.dice.integer(0, 3)):
            until = self._day(day + timedelta(days=1), self._horizon())
            is_open = self.dice.chance(40)
            self._add(
                "crm_account_owners",
                account_id=account_id,
                csm_id=f"m{self.dice.integer(1, 3)}",
                valid_from=day,
                valid_to=self.dice.choose((None, "9999-12-31")) if is_open else until,
            )
            if is_open:
                return
            has_gap = self.dice.chance(25)
            day = until + timedelta(days=self.dice.integer(1, 45) if has_gap else 0)

    # Accounts

    def _write_account(self, number: int) -> None:
        dice = self.dice
        account_id = f"a{number}"
        accounts = self.tables["crm_accounts"]
        # Links point to earlier accounts only, so there are no cycles; a test account
        # neither links nor is linked to.
        others = [row for row in accounts if row["is_test"] in (None, "false")]
        links: dict[str, str | None] = {}
        domain = f"{account_id}.example"
        if others and dice.chance(25):
            links["parent_account_id"] = dice.choose(others)["account_id"]
        if others and dice.chance(12):
            survivor = dice.choose(others)
            links["merged_into_account_id"] = survivor["account_id"]
            if dice.chance(50):
                domain = str(survivor["domain"])
        elif others and dice.chance(8):
            # Two companies in one domain: it identifies neither.
            domain = str(dice.choose(others)["domain"])
        is_test = not links and domain == f"{account_id}.example" and dice.chance(5)
        created = self.start - timedelta(days=dice.integer(1, 400))
        row = self._add(
            "crm_accounts",
            account_id=account_id,
            account_name=f"Account {number}",
            domain=domain,
            industry=dice.choose((None, "software", "retail")),
            region=dice.choose(("north", "south", None)),
            created_at=dice.choose((f"{created}", f"{created}T09:30:00+02:00")),
            is_test="TRUE" if is_test else dice.choose((None, "false")),
            **links,
        )
        if dice.chance(6):
            self._add_version(row, industry=dice.choose(("software", "farming")))
        if "merged_into_account_id" not in links:
            self._write_owners(account_id)
        for subscription in range(dice.integer(0, 4)):
            self._write_subscription(row, f"{account_id}s{subscription}")

    def _add_version(self, row: Row, **changes: str | None) -> None:
        """Add a second row of the same key, with an order (DECISIONS R3)."""
        days = self.dice.choose((-40, 5))
        table = "crm_accounts" if "account_name" in row else "billing_subscriptions"
        row["updated_at"] = f"{self.start}T00:00:00Z"
        self._add(
            table,
            **{
                **row,
                **changes,
                "updated_at": f"{self.as_of + timedelta(days=days)}T12:00:00Z",
            },
        )

    # Subscriptions

    def _link(self, account: Row, subscription_id: str) -> dict[str, str | None]:
        """Choose how the subscription reaches its account, or that it does not."""
        account_id = account["account_id"]
        ways: tuple[str, ...] = ("id", "id", "both", "mapping")
        if account["is_test"] != "TRUE":
            ways = (*ways, "domain")
        way = self.dice.choose(ways)
        if account["is_test"] != "TRUE" and self.dice.chance(6):
            way = "nothing"
        if way == "id":
            return {"account_id": account_id}
        billing_id = f"b-{subscription_id}"
        domains = {
            "both": None,
            "mapping": None,
            "domain": str(account["domain"]).upper(),
            "nothing": self.dice.choose((None, "nowhere.example")),
        }
        self._add(
            "billing_customers",
            billing_customer_id=billing_id,
            account_id=account_id if way == "mapping" else None,
            email_domain=domains[way],
        )
        return {
            "account_id": account_id if way == "both" else None,
            "billing_customer_id": billing_id,
        }

    def _write_subscription(self, account: Row, subscription_id: str) -> None:
        dice = self.dice
        link = self._link(account, subscription_id)
        start = self._day(self.start, self.as_of + timedelta(days=15))
        old: str | None = None
        for generation in range(1 + (dice.integer(1, 3) if dice.chance(35) else 0)):
            new = subscription_id + (f"r{generation}" if generation else "")
            term_end = self._write_one(link, new, start, old)
            offsets = (0, 1, GRACE_DAYS - 1, GRACE_DAYS, GRACE_DAYS + 1, 50, -5)
            base = term_end or self._day(start, self._horizon())
            renewal = base + timedelta(days=dice.choose(offsets))
            start = max(renewal, start + timedelta(days=1))
            old = new

    def _term(self, start: date) -> tuple[date | None, date | None]:
        """Choose the current term's start and end."""
        dice = self.dice
        if dice.chance(35):
            return None, None
        edges = [day for day in self._grace_edges if day > start]
        if edges and dice.chance(25):
            return dice.choose((None, start)), dice.choose(edges)
        end = add_months(start, dice.choose((12, 1, 3, 6, 2)))
        if end > self.as_of and dice.chance(20):
            # Renewed in place after the as-of date.
            renewed_on = self.as_of + timedelta(days=dice.integer(1, 60))
            return renewed_on, add_months(renewed_on, 12)
        return dice.choose((start, None)), end

    def _write_one(
        self,
        link: Mapping[str, str | None],
        subscription_id: str,
        start: date,
        renewed_from: str | None,
    ) -> date | None:
        """Write a subscription with its items and pauses; return its term's end."""
        dice = self.dice
        term_start, term_end = self._term(start)
        ended_on = self._day(start, self._horizon()) if dice.chance(35) else None
        trial_days = dice.choose((7, 14, 30, 0))
        trial_end = start + timedelta(days=trial_days) if dice.chance(15) else None
        row = self._add(
            "billing_subscriptions",
            subscription_id=subscription_id,
            started_on=start,
            ended_on=ended_on,
            trial_ends_on=trial_end,
            current_term_start=term_start,
            current_term_end=term_end,
            auto_renews=dice.choose((None, "false", "true", "0", "Yes")),
            status=self._status(term_end),
            renewed_from_subscription_id=renewed_from,
            **link,
        )
        if dice.chance(6):
            later = self._day(start, self._horizon()).isoformat()
            self._add_version(row, ended_on=later)
        self._write_pauses(subscription_id, start)
        for number in range(dice.choose((1, 1, 2, 3))):
            self._write_item_versions(subscription_id, f"{number}", start)
        return term_end

    def _status(self, term_end: date | None) -> str | None:
        """Choose a status; over only where its term has long been, as it has to be."""
        long_over = self.as_of - timedelta(days=60)
        if term_end is not None and term_end <= long_over and self.dice.chance(20):
            return self.dice.choose(("Cancelled", "expired", "churned"))
        return self.dice.choose((None, "past_due"))

    def _write_pauses(self, subscription_id: str, start: date) -> None:
        dice = self.dice
        if not dice.chance(22):
            return
        starts = {self._day(start, self._horizon()) for _ in range(dice.integer(1, 3))}
        for paused_on in sorted(starts):
            is_open = dice.chance(25)
            resumed_on = self._day(paused_on, self._horizon())
            self._add(
                "billing_pauses",
                subscription_id=subscription_id,
                paused_on=paused_on,
                resumed_on=None if is_open else resumed_on,
            )

    def _request_cancellation(self, versions: Sequence[Row]) -> None:
        dice = self.dice
        if dice.chance(15):
            start = date.fromisoformat(str(versions[0]["started_on"]))
            day = self._day(start, self._horizon())
            # An hour and a half later in UTC, and a day.
            asked_at = dice.choose((f"{day}", f"{day}T23:00:00-01:30"))
            for row in versions:
                row["cancel_requested_at"] = asked_at

    def _write_invoices(self, subscription: Row) -> None:
        dice = self.dice
        subscription_id = str(subscription["subscription_id"])
        customer = subscription.get("billing_customer_id")
        start = date.fromisoformat(str(subscription["started_on"]))
        for number in range(dice.choose((0, 0, 1, 2))):
            issued_on = self._day(start, self._horizon())
            # Of whom it is sent to, of what it bills, or both.
            names_subscription = customer is None or dice.chance(60)
            invoice = self._add(
                "billing_invoices",
                invoice_id=f"{subscription_id}v{number}",
                billing_customer_id=customer,
                subscription_id=subscription_id if names_subscription else None,
                issued_on=issued_on,
                status=dice.choose(INVOICE_STATUSES),
                currency=dice.choose(CURRENCIES),
                total_amount="0",
            )
            for line in range(dice.integer(0, 3)):
                self._write_invoice_line(f"{invoice['invoice_id']}l{line}", invoice)

    def _write_invoice_line(self, line_id: str, invoice: Row) -> None:
        dice = self.dice
        issued_on = date.fromisoformat(str(invoice["issued_on"]))
        start = issued_on + timedelta(days=dice.choose((0, -40, 14, -10)))
        ends = (add_months(start, dice.choose((1, 12, 3))), start, None)
        self._add(
            "billing_invoice_lines",
            invoice_line_id=line_id,
            invoice_id=invoice["invoice_id"],
            line_type=dice.choose(LINE_TYPES),
            period_start=None if dice.chance(20) else start,
            period_end=dice.choose((ends[0], *ends)),
            amount=dice.choose(AMOUNTS),
        )

    # Items

    def _write_item_versions(
        self, subscription_id: str, number: str, start: date
    ) -> None:
        """Write one item and its changes, one row a version."""
        dice = self.dice
        # Now and then nothing but a price on the edge of a touch tier.
        is_plain = dice.chance(20)
        price, interval, count = dice.choose(PRICES[:9] if is_plain else PRICES)
        item: dict[str, str | date | None] = {
            "subscription_id": subscription_id,
            "product_id": dice.choose((*CATALOGUE, None)),
            "charge_type": dice.choose((None, "recurring")),
            "unit_price": price,
            "billing_interval": interval,
            "interval_count": count,
        }
        if not is_plain:
            item["quantity"] = dice.choose(_quantities(price))
            item["discount_percent"] = (
                dice.choose(DISCOUNTS) if dice.chance(30) else None
            )
            item["currency"] = dice.choose(CURRENCIES) if dice.chance(25) else None
            if dice.chance(6):
                item["charge_type"] = dice.choose(("usage", "one_time"))
        begins: date | None = None
        if dice.chance(25):
            begins = self._day(start - timedelta(days=3), self._horizon())
        changes = dice.choose((0, 0, 1, 2, 3)) if not is_plain else 0
        for version in range(changes + 1):
            ends: date | str | None = None
            if version < changes:
                # The same day again is an up and down that nobody should see.
                ends = begins or start
                if not dice.chance(20):
                    ends = self._day(ends, self._horizon())
            elif dice.chance(20):
                ends = self._day(begins or start, self._horizon())
            elif dice.chance(10):
                ends = "9999-12-31"
            row = self._add(
                "billing_subscription_items",
                **item,
                subscription_item_id=f"{subscription_id}i{number}v{version}",
                valid_from=begins,
                valid_to=ends,
            )
            if dice.chance(3):
                self.tables["billing_subscription_items"].append(dict(row))
            if isinstance(ends, date):
                begins = ends
                item |= self._change(item)

    def _change(
        self, item: Mapping[str, str | date | None]
    ) -> dict[str, str | date | None]:
        """Choose what a later version of an item changes."""
        dice = self.dice
        change = dice.choose(("seats", "price", "plan", "discount ends"))
        if change == "seats":
            return {
                "quantity": dice.choose(_quantities(str(item["unit_price"]))),
                "change_reason": "seats",
            }
        if change == "price":
            price, interval, count = dice.choose(PRICES)
            return {
                "unit_price": price,
                "quantity": dice.choose(_quantities(price)),
                "billing_interval": interval,
                "interval_count": count,
                "change_reason": "price",
            }
        if change == "plan":
            others = [p for p in CATALOGUE if p != item["product_id"]]
            return {"product_id": dice.choose(others), "change_reason": "plan"}
        return {"discount_percent": None, "change_reason": "discount expiry"}


@st.composite
def companies(draw: st.DrawFn, as_of: date = DEFAULT_AS_OF) -> Tables:
    """Draw a company; use as `@given(companies())`."""
    return CompanyWriter(HypothesisDice(draw), as_of).write()


def random_company(seed: int | str, as_of: date = DEFAULT_AS_OF) -> Tables:
    """Return the company of a seed: the same one each time."""
    return CompanyWriter(SeededDice(seed), as_of).write()


def to_company_block(rows: Tables, prefix: str) -> Tables:
    """Prefix every id and domain, and make the prefix the region of each account."""
    block: Tables = {}
    for table, table_rows in rows.items():
        block[table] = [
            {
                name: f"{prefix}-{text}" if name in PREFIXED and text else text
                for name, text in row.items()
            }
            for row in table_rows
        ]
    for row in block.get("crm_accounts", []):
        row["region"] = prefix
    return block


def union(blocks: Iterable[Tables]) -> Tables:
    """Put blocks into one set of tables; the shared exchange rates appear once."""
    tables: Tables = {table: [] for table in TABLES}
    for block in blocks:
        for table, rows in block.items():
            if table != "billing_exchange_rates":
                tables.setdefault(table, []).extend(rows)
            elif not tables[table]:
                tables[table] = rows
            elif tables[table] != rows:
                raise ValueError("the blocks do not share one market")
    return tables


def random_blocks(
    count: int, as_of: date = DEFAULT_AS_OF, seed: str = "bowtie"
) -> dict[str, Tables]:
    """Return so many prefixed random companies, by prefix."""
    return {
        prefix: to_company_block(random_company(f"{seed} {number}", as_of), prefix)
        for number, prefix in ((n, f"c{n:05d}") for n in range(count))
    }


def write_csv(
    rows: Tables, folder: Path, columns_of: Mapping[str, str] = COLUMNS
) -> None:
    """Write `<table>.csv` for each table; null is an empty field.

    An optional table without rows is left out, a required one gets its header alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table, table_rows in rows.items():
        if not table_rows and table not in REQUIRED_TABLES:
            continue
        columns = columns_of[table].split()
        columns += sorted({name for row in table_rows for name in row} - {*columns})
        with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(table_rows)
