"""Raw text rows to what is known on the as-of date, and whose it is.

Days are proleptic ordinals (`date.toordinal`), so that a day is one integer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from fractions import Fraction
from zoneinfo import ZoneInfo

from oracle.arithmetic import next_term_start
from oracle.policies import Policies
from oracle.terms import running_end

Row = dict[str, str | None]
Tables = dict[str, list[Row]]

UNASSIGNED = "unassigned"
# The biller's words for what is over.
OVER = {"cancelled", "canceled", "churned", "ended", "expired"}
PUBLIC_MAIL_DOMAINS = frozenset(
    [
        *("126.com", "163.com", "aol.com", "gmail.com", "gmx.de", "gmx.net"),
        *("googlemail.com", "hotmail.com", "icloud.com", "live.com", "mail.ru"),
        *("me.com", "msn.com", "outlook.com", "proton.me", "protonmail.com"),
        *("qq.com", "web.de", "yahoo.co.uk", "yahoo.com", "yandex.ru", "ymail.com"),
    ]
)
KEYS = {
    "crm_accounts": ("account_id",),
    "crm_csms": ("csm_id",),
    "crm_account_owners": ("account_id", "valid_from"),
    "billing_products": ("product_id",),
    "billing_customers": ("billing_customer_id",),
    "billing_subscriptions": ("subscription_id",),
    "billing_subscription_items": ("subscription_item_id",),
    "billing_pauses": ("subscription_id", "paused_on"),
    "billing_invoices": ("invoice_id",),
    "billing_invoice_lines": ("invoice_line_id",),
    "billing_exchange_rates": ("currency", "rate_date"),
}


class Refused(ValueError):
    """The rows are not valid: the warehouse would refuse them, or stop."""


def parse_day(text: str | None) -> int | None:
    """Return the ordinal of an ISO date; open ends (null, 9999-12-31) are None."""
    if text is None or text == "9999-12-31":
        return None
    return date.fromisoformat(text).toordinal()


def parse_instant(text: str, zone: ZoneInfo) -> datetime:
    """Return an instant; naive is UTC, a bare date that business day's midnight."""
    if len(text) == 10:
        return datetime.combine(date.fromisoformat(text), time(), zone)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_flag(text: str | None, default: bool) -> bool:
    """Read true/false, 1/0, yes/no in any case; null is the default."""
    if text is None:
        return default
    return {"true": True, "1": True, "yes": True, "false": False, "0": False,
            "no": False}[text.lower()]  # fmt: skip


def _start(row: Row) -> int:
    return date.fromisoformat(str(row["started_on"])).toordinal()


def _renews_itself(row: Row) -> bool:
    return parse_flag(row.get("auto_renews"), True)


def _clean(row: Row) -> Row:
    return {name: (text or "").strip() or None for name, text in row.items()}


def deduplicate(table: str, rows: list[Row], as_of: date, zone: ZoneInfo) -> list[Row]:
    """Keep one row a key (DECISIONS R3); raise Refused where no row wins."""
    by_key: dict[tuple[str | None, ...], list[Row]] = {}
    for row in map(_clean, rows):
        versions = by_key.setdefault(tuple(row.get(k) for k in KEYS[table]), [])
        if row not in versions:
            versions.append(row)
    return [_newest(table, versions, as_of, zone) for versions in by_key.values()]


def _newest(table: str, versions: list[Row], as_of: date, zone: ZoneInfo) -> Row:
    if len(versions) == 1:
        return versions[0]
    dated = [
        (parse_instant(row["updated_at"], zone), row)
        for row in versions
        if row.get("updated_at")
    ]
    if len(dated) < len(versions):
        raise Refused(f"{table}: conflicting rows without an order: {versions}")
    known = [d for d in dated if d[0].astimezone(zone).date() <= as_of]
    wanted = max(d[0] for d in known) if known else min(d[0] for d in dated)
    winners = [row for moment, row in dated if moment == wanted]
    if len(winners) > 1:
        raise Refused(f"{table}: conflicting rows at one moment: {winners}")
    return winners[0]


@dataclass(frozen=True)
class Product:
    """What the ledger needs of a product."""

    family: str = UNASSIGNED
    is_self_service: bool = False
    tier_rank: int | None = None


@dataclass
class Subscription:
    """A subscription in the ledger and the days `[start, end)` of its life."""

    subscription_id: str
    account_id: str
    start: int
    end: int | None
    trial_end: int | None
    cancel_requested: int | None
    pauses: list[tuple[int, int | None]] = field(default_factory=list)


@dataclass(frozen=True)
class Account:
    """A CRM account, with its segments of today."""

    account_id: str
    region: str = UNASSIGNED
    industry: str = UNASSIGNED


class Known:
    """Everything the revenue marts need, as it was known on the as-of date."""

    def __init__(self, tables: Tables, as_of: date, policies: Policies) -> None:
        self.as_of = as_of
        self.today = as_of.toordinal()
        self.policies = policies
        self.zone = ZoneInfo(policies.business_timezone)
        self._tables = tables
        self._read_accounts()
        self._read_owners()
        self.products = {
            str(row["product_id"]): Product(
                row.get("product_family") or UNASSIGNED,
                parse_flag(row.get("is_self_service"), False),
                int(row["tier_rank"]) if row.get("tier_rank") else None,
            )
            for row in self.rows("billing_products")
        }
        self._read_billing_customers()
        self._read_subscriptions()
        self.items = [
            row
            for row in self.rows("billing_subscription_items")
            if row["subscription_id"] in self.subscriptions
            and (row.get("charge_type") or "recurring") == "recurring"
            and not self.is_later(row.get("valid_from"))
        ]
        self._read_rates()

    def rows(self, table: str) -> list[Row]:
        """Return the rows of a table that count, one a key."""
        return deduplicate(table, self._tables.get(table, []), self.as_of, self.zone)

    def is_later(self, text: str | None) -> bool:
        """Say whether a day lies after the as-of date."""
        day = parse_day(text)
        return day is not None and day > self.today

    def _fact(self, text: str | None) -> int | None:
        """Return a dated fact, or None while it lies ahead (DECISIONS R2)."""
        return None if self.is_later(text) else parse_day(text)

    def _moment(self, text: str | None) -> int | None:
        """Return the business day of a fact with a time, or None as `_fact` does."""
        if not text:
            return None
        day = parse_instant(text, self.zone).astimezone(self.zone).date().toordinal()
        return day if day <= self.today else None

    # Accounts: survivors, parents, owners

    def _read_accounts(self) -> None:
        self._account_rows = {
            str(row["account_id"]): row for row in self.rows("crm_accounts")
        }
        self.accounts = {
            account_id: Account(
                account_id,
                row.get("region") or UNASSIGNED,
                row.get("industry") or UNASSIGNED,
            )
            for account_id, row in self._account_rows.items()
        }
        self._ids_by_domain: dict[str, set[str]] = {}
        for account_id, row in self._account_rows.items():
            domain = str(row.get("domain") or "").lower()
            # A word for "none", or a provider's domain, is no company's.
            if "." in domain and domain not in PUBLIC_MAIL_DOMAINS:
                survivor = self.survivor(account_id)
                self._ids_by_domain.setdefault(domain, set()).add(survivor)

    def _follow(self, account_id: str, column: str) -> str | None:
        """Return the visible account a link names, if it names one."""
        target = self._account_rows[account_id].get(column)
        return target if target in self._account_rows else None

    def survivor(self, account_id: str) -> str:
        """Follow merges to the account that is left at the end."""
        seen = {account_id}
        while target := self._follow(account_id, "merged_into_account_id"):
            if target in seen:
                raise Refused(f"merge cycle at {target}")
            seen.add(target)
            account_id = target
        return account_id

    def is_test(self, account_id: str) -> bool:
        """Say whether the account, or the one it was merged into, is a test."""
        return any(
            parse_flag(self._account_rows[a].get("is_test"), False)
            for a in (account_id, self.survivor(account_id))
        )

    def ultimate_parent(self, account_id: str) -> str:
        """Follow parents of today upwards, each replaced by its survivor."""
        seen = {account_id}
        while target := self._follow(account_id, "parent_account_id"):
            target = self.survivor(target)
            if self.is_test(target) or target == account_id:
                break
            if target in seen:
                raise Refused(f"parent cycle at {target}")
            seen.add(target)
            account_id = target
        return account_id

    def _read_owners(self) -> None:
        self._csm_end = {
            str(row["csm_id"]): self._fact(row.get("ended_on"))
            for row in self.rows("crm_csms")
        }
        self._owners: dict[str, list[tuple[int, int | None, str]]] = {}
        for row in self.rows("crm_account_owners"):
            start = parse_day(row["valid_from"])
            if start is not None and start <= self.today:
                end = self._fact(row.get("valid_to"))
                periods = self._owners.setdefault(str(row["account_id"]), [])
                periods.append((start, end, str(row["csm_id"])))

    def owner_on(self, account_id: str, day: int) -> tuple[int, str] | None:
        """Return since when its row holds, and the owner on a day; None for nobody."""
        for start, end, csm_id in self._owners.get(account_id, []):
            if start <= day and (end is None or day < end):
                if csm_id not in self._csm_end:
                    return None if self._csm_end else (start, csm_id)
                left_on = self._csm_end[csm_id]
                return None if left_on and left_on <= day else (start, csm_id)
        return None

    def csm_on(self, account_id: str, day: int) -> str:
        """Name the account's owner on a day, or `unassigned`."""
        owner = self.owner_on(account_id, day)
        return owner[1] if owner else UNASSIGNED

    # Subscriptions: whose they are, and how long they live

    def _read_billing_customers(self) -> None:
        self._billing_customers = {
            str(row["billing_customer_id"]): row
            for row in self.rows("billing_customers")
        }

    def account_of(self, billed: Row) -> str | None:
        """Return the account of a row of the biller; None when it is a test."""
        billing_id = billed.get("billing_customer_id")
        customer = self._billing_customers.get(billing_id or "", {})
        by_domain = self._ids_by_domain.get(
            (customer.get("email_domain") or "").lower(), set()
        )
        candidates = [
            billed.get("account_id"),
            customer.get("account_id"),
            next(iter(by_domain)) if len(by_domain) == 1 else None,
        ]
        for account_id in candidates:
            if account_id in self._account_rows:
                if self.is_test(account_id):
                    return None
                survivor = self.survivor(account_id)
                if self.policies.account_grain == "parent":
                    return self.ultimate_parent(survivor)
                return survivor
        return f"unmatched:{billing_id or billed['subscription_id']}"

    def account_billed(self, invoice: Row) -> str | None:
        """Return the account of what an invoice bills, else of whom it is sent to."""
        subscription_id = str(invoice.get("subscription_id"))
        return self.account_of(self._subscription_rows.get(subscription_id, invoice))

    def _read_subscriptions(self) -> None:
        visible: dict[str, tuple[Row, str]] = {}
        self._subscription_rows: dict[str, Row] = {}
        for row in self.rows("billing_subscriptions"):
            self._subscription_rows[str(row["subscription_id"])] = row
            account_id = self.account_of(row)
            if account_id is not None and not self.is_later(row["started_on"]):
                visible[str(row["subscription_id"])] = (row, account_id)
        renewed_on: dict[str, int] = {}
        for row, _ in visible.values():
            if row.get("renewed_from_subscription_id"):
                old = str(row["renewed_from_subscription_id"])
                start = _start(row)
                if old not in visible or start < _start(visible[old][0]):
                    continue
                renewed_on[old] = min(start, renewed_on.get(old, start))
        self.subscriptions = {
            subscription_id: Subscription(
                subscription_id,
                account_id,
                _start(row),
                self._end_of_life(row, renewed_on.get(subscription_id)),
                parse_day(row.get("trial_ends_on")),
                self._moment(row.get("cancel_requested_at")),
            )
            for subscription_id, (row, account_id) in visible.items()
        }
        for row in self.rows("billing_pauses"):
            subscription = self.subscriptions.get(str(row["subscription_id"]))
            paused_on = parse_day(row["paused_on"])
            if subscription and paused_on is not None and paused_on <= self.today:
                resumed_on = self._fact(row.get("resumed_on"))
                subscription.pauses.append((paused_on, resumed_on))

    def _end_of_life(self, row: Row, renewed_on: int | None) -> int | None:
        """Return the first day the subscription is over (DECISIONS A1)."""
        ended_on = self._ended_on(row)
        ends = [ended_on, renewed_on]
        term_end = self._term_end(row)
        if term_end is not None:
            last_chance = term_end + self.policies.renewal_grace_days
            if renewed_on is not None and renewed_on <= last_chance:
                if ended_on is not None and ended_on >= term_end:
                    ends = [renewed_on]
            elif not _renews_itself(row) and self.today >= last_chance:
                ends.append(term_end)
        return min((end for end in ends if end is not None), default=None)

    def _ended_on(self, row: Row) -> int | None:
        """Return when the biller ended it, as far as known on the as-of date."""
        if parse_day(row.get("ended_on")) is not None or not _renews_itself(row):
            return self._fact(row.get("ended_on"))
        is_over = str(row.get("status") or "").lower() in OVER
        return self._fact(row.get("current_term_end")) if is_over else None

    def _term_end(self, row: Row) -> int | None:
        """Return the end of the term that was running on the as-of date."""
        start = parse_day(row.get("current_term_start"))
        end = parse_day(row.get("current_term_end"))
        first = max(
            parse_day(row["started_on"]) or 0, parse_day(row.get("trial_ends_on")) or 0
        )
        if start is None or end is None or start <= max(self.today, first):
            if end is None or not _renews_itself(row):
                return end
            return self._running_end(row, start, end, first)
        day, shown = date.fromordinal(self.today), date.fromordinal(start)
        return next_term_start(day, shown, date.fromordinal(end)).toordinal()

    def _running_end(
        self, row: Row, start: int | None, end: int, paid_from: int
    ) -> int:
        """Return the end of the term into which a shown one has rolled on."""
        ended_on = self._ended_on(row)
        return running_end(
            (start and date.fromordinal(start), date.fromordinal(end)),
            date.fromordinal(paid_from),
            ended_on and date.fromordinal(ended_on),
            date.fromordinal(self.today),
        ).toordinal()

    # Exchange rates

    def _read_rates(self) -> None:
        self._rates: dict[str, list[tuple[int, Fraction]]] = {}
        for row in self.rows("billing_exchange_rates"):
            day = parse_day(row["rate_date"])
            if day is not None and day <= self.today:
                rates = self._rates.setdefault(str(row["currency"]).upper(), [])
                rates.append((day, Fraction(str(row["rate"]))))
        for rates in self._rates.values():
            rates.sort()

    def rate(self, currency: str, day: int) -> Fraction:
        """Return the last rate on or before a day, else the first one after it."""
        if currency == self.policies.reporting_currency:
            return Fraction(1)
        if currency not in self._rates:
            raise Refused(f"no exchange rate for {currency}")
        rates = self._rates[currency]
        before = [rate for rate_day, rate in rates if rate_day <= day]
        return before[-1] if before else rates[0][1]
