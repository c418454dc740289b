"""The biller: products, customers, subscriptions, items, pauses, rates, invoices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bowtie.sample_company.calendar import add_months, at, days
from bowtie.sample_company.catalogue import PRODUCTS
from bowtie.sample_company.plan import (
    AS_OF,
    HISTORY_STARTS,
    NEVER,
    Account,
    Book,
    Item,
    Subscription,
    stream,
)
from bowtie.sample_company.writer import RawRows

CENT = Decimal("0.01")

LONGEST_GRACE_DAYS = 30

RATES_START = date(2023, 12, 1)
FIRST_RATES = {"EUR": Decimal("1.0850"), "GBP": Decimal("1.2650")}
"""Reporting currency (USD) per unit on the first day."""


@dataclass(frozen=True)
class BillingCustomer:
    """A customer as the biller knows it, where it does not carry the CRM id itself."""

    billing_customer_id: str
    account_id: str | None
    email_domain: str | None
    currency: str | None = None


@dataclass(frozen=True)
class Line:
    """One line of an invoice, without its ids."""

    line_type: str
    period_start: date
    period_end: date
    amount: Decimal


def subscription_id(account: Account, key: str) -> str:
    """Return the biller's id of an account's subscription."""
    return f"{account.account_id}-{key}"


def write_billing(
    rows: RawRows,
    accounts: Sequence[Account],
    customers: Sequence[BillingCustomer],
    strays: Sequence[Account],
) -> None:
    """Write all billing tables.

    Args:
        rows: where they go.
        accounts: every account of the CRM.
        customers: billing customers.
        strays: customers that the biller has and the CRM has not.

    """
    for product in PRODUCTS:
        rows.add(
            "billing_products",
            product_id=product.product_id,
            product_name=product.name,
            product_family=product.family,
            tier_rank=product.tier_rank,
            unit=product.unit,
            is_self_service=product.is_self_service,
        )
    for customer in customers:
        rows.add("billing_customers", **vars(customer))
    for account in [*accounts, *strays]:
        for subscription in account.subscriptions:
            _write_subscription(rows, account, subscription)
            grace = _grace_lines(account, subscription)
            for issued_on, lines in _invoices(account, subscription):
                if issued_on == subscription.started_on:
                    lines = [*lines, *grace]
                if subscription.odd_invoices.get(issued_on) == "void":
                    _write_invoice(
                        rows, account, subscription, issued_on, lines, "void"
                    )
                _write_invoice(rows, account, subscription, issued_on, lines)
    _write_exchange_rates(rows)


def _write_subscription(
    rows: RawRows, account: Account, subscription: Subscription
) -> None:
    own_id = subscription_id(account, subscription.key)
    term_start, term_end = _current_term(subscription)
    renewed_from = subscription.renewed_from
    rows.add(
        "billing_subscriptions",
        subscription_id=own_id,
        account_id=None if subscription.billed_as else account.account_id,
        billing_customer_id=subscription.billed_as,
        started_on=subscription.started_on,
        ended_on=subscription.ended_on,
        cancel_requested_at=subscription.cancel_requested_on
        and at(subscription.cancel_requested_on, 11),
        trial_ends_on=subscription.trial_ends_on,
        current_term_start=term_start,
        current_term_end=term_end,
        auto_renews=subscription.auto_renews,
        notice_days=subscription.notice_days,
        status=subscription.status or _status(subscription),
        churn_reason=subscription.churn_reason,
        renewed_from_subscription_id=renewed_from
        and subscription_id(account, renewed_from),
    )
    for number, item in enumerate(subscription.items, start=1):
        rows.add(
            "billing_subscription_items",
            subscription_item_id=f"{own_id}-{number}",
            subscription_id=own_id,
            product_id=item.product_id,
            # The defaults of the contract are left out where nobody would type them.
            charge_type=None if item.charge_type == "recurring" else item.charge_type,
            quantity=item.quantity,
            unit_price=item.unit_price,
            discount_percent=item.discount_percent or None,
            billing_interval=item.interval,
            interval_count=None if item.interval_count == 1 else item.interval_count,
            currency=item.currency,
            valid_from=item.valid_from,
            valid_to=item.valid_to,
            change_reason=item.change_reason,
        )
    for paused_on, resumed_on in subscription.pauses:
        rows.add(
            "billing_pauses",
            subscription_id=own_id,
            paused_on=paused_on,
            resumed_on=resumed_on,
        )


def _status(subscription: Subscription) -> str:
    if subscription.ended_on and subscription.ended_on <= AS_OF:
        return "cancelled" if subscription.churn_reason else "ended"
    return "active"


def _current_term(subscription: Subscription) -> tuple[date | None, date | None]:
    """Return the term that runs on the as-of day, or ran at the end."""
    if subscription.term_months is None:
        return None, None
    if subscription.term_ends_on:
        months = -subscription.term_months
        start = add_months(subscription.term_ends_on, months)
        return max(start, subscription.started_on), subscription.term_ends_on
    last_day = AS_OF
    if subscription.ended_on:
        last_day = min(last_day, subscription.ended_on - timedelta(days=1))
    start = subscription.started_on
    while add_months(start, subscription.term_months) <= last_day:
        start = add_months(start, subscription.term_months)
    return start, add_months(start, subscription.term_months)


def _invoices(
    account: Account, subscription: Subscription
) -> Iterator[tuple[date, list[Line]]]:
    """Yield (issued on, lines) of a subscription's invoices, billed in advance.

    A change inside a billed period is prorated by days: a line for what was added, a
    credit for what was removed, or for what remains when the subscription ends early.
    """
    end = _end(account, subscription)
    first_day = subscription.trial_ends_on or subscription.started_on
    rhythms = sorted({(i.interval, i.interval_count) for i in subscription.items})
    for rhythm in rhythms:
        items = [
            i for i in subscription.items if (i.interval, i.interval_count) == rhythm
        ]
        for start, next_start in _periods(first_day, *rhythm):
            if start >= end or start > AS_OF:
                break
            if next_start <= HISTORY_STARTS or _is_paused(subscription, start):
                continue
            lines: dict[date, list[Line]] = {}
            for item in items:
                for issued_on, line in _lines(item, start, next_start, first_day, end):
                    lines.setdefault(issued_on, []).append(line)
            for issued_on in sorted(day for day in lines if day <= AS_OF):
                yield issued_on, lines[issued_on]


def _end(account: Account, subscription: Subscription) -> date:
    """Return the day from which the biller charges nothing more."""
    end = account.end_of(subscription)
    if subscription.auto_renews:
        return end
    # What runs on in grace is billed when the renewal is signed, if it is.
    _, term_end = _current_term(subscription)
    return min(end, term_end or NEVER)


def _grace_lines(account: Account, subscription: Subscription) -> list[Line]:
    """Return what a late renewal is charged for the days after the old term."""
    for renewed in account.subscriptions:
        _, term_end = _current_term(renewed)
        if renewed.key != subscription.renewed_from or term_end is None:
            continue
        days_late = (subscription.started_on - term_end).days
        if 0 < days_late <= LONGEST_GRACE_DAYS:
            next_year = add_months(term_end, 12)
            amounts = [
                item.price
                - _prorated(item.price, subscription.started_on, term_end, next_year)
                for item in renewed.items
            ]
            return [
                Line("proration", term_end, subscription.started_on, amount)
                for amount in amounts
            ]
    return []


def _periods(
    first_day: date, interval: str, interval_count: int
) -> Iterator[tuple[date, date]]:
    """Yield billing periods [from, to) from a first day on, without end."""
    months = {"month": 1, "year": 12}.get(interval, 0) * interval_count
    step = timedelta(days={"day": 1, "week": 7}.get(interval, 0) * interval_count)
    start = first_day
    while True:
        next_start = add_months(start, months) + step
        yield start, next_start
        start = next_start


def _is_paused(subscription: Subscription, day: date) -> bool:
    return any(
        paused_on <= day < (resumed_on or NEVER)
        for paused_on, resumed_on in subscription.pauses
    )


def _lines(
    item: Item, start: date, next_start: date, first_day: date, end: date
) -> Iterator[tuple[date, Line]]:
    """Yield (issued on, line) of one item in one billing period."""
    valid_from = item.valid_from or first_day
    valid_to = min(item.valid_to or NEVER, end)
    if valid_from >= next_start or valid_to <= start:
        return
    if item.charge_type == "one_time":
        if start <= valid_from:
            yield valid_from, Line("one_time", valid_from, valid_from, item.price)
        return
    if item.charge_type == "usage":
        yield next_start, Line("usage", start, next_start, item.price)
        return
    if valid_from <= start:
        yield start, Line("recurring", start, next_start, item.price)
    else:
        share = _prorated(item.price, valid_from, start, next_start)
        yield valid_from, Line("proration", valid_from, next_start, share)
    if valid_to < next_start:
        share = _prorated(item.price, valid_to, start, next_start)
        yield valid_to, Line("credit", valid_to, next_start, -share)


def _prorated(price: Decimal, day: date, start: date, next_start: date) -> Decimal:
    remaining = Decimal((next_start - day).days)
    return (price * remaining / (next_start - start).days).quantize(CENT)


def _write_invoice(
    rows: RawRows,
    account: Account,
    subscription: Subscription,
    issued_on: date,
    lines: list[Line],
    status: str | None = None,
) -> None:
    if subscription.tax_percent:
        net = sum(line.amount for line in lines)
        tax = (net * subscription.tax_percent / 100).quantize(CENT)
        lines = [*lines, Line("tax", issued_on, issued_on, tax)]
    total = sum((line.amount for line in lines), Decimal(0))
    number = rows.number("billing_invoices")
    invoice_id = f"V{number:05d}"
    due_on, paid_on = _payment(account, subscription, issued_on, number)
    if total <= 0:
        due_on, paid_on = None, issued_on
    odd = subscription.odd_invoices.get(issued_on)
    if status == "void" or odd == "uncollectible":
        status, paid_on = status or odd, None
    own_id = subscription_id(account, subscription.key)
    rows.add(
        "billing_invoices",
        invoice_id=invoice_id,
        billing_customer_id=subscription.billed_as,
        subscription_id=own_id,
        issued_on=issued_on,
        due_on=due_on,
        paid_on=paid_on,
        status=status or ("paid" if paid_on else "open"),
        currency=subscription.items[0].currency,
        total_amount=total,
    )
    for line_number, line in enumerate(lines, start=1):
        rows.add(
            "billing_invoice_lines",
            invoice_line_id=f"{invoice_id}-{line_number}",
            invoice_id=invoice_id,
            subscription_id=own_id,
            line_type=line.line_type,
            period_start=line.period_start,
            period_end=line.period_end,
            amount=line.amount,
        )


def _payment(
    account: Account, subscription: Subscription, issued_on: date, number: int
) -> tuple[date, date | None]:
    """Return (due on, paid on): cards at once, others within their 30 days."""
    takes = 0 if account.book is Book.TECH_TOUCH else 30
    due_on = issued_on + timedelta(days=takes)
    unpaid_from = subscription.leaves_invoices_unpaid_from
    if unpaid_from and issued_on >= unpaid_from:
        return due_on, None
    paid_on = due_on - timedelta(days=number % 11 if takes else 0)
    return due_on, paid_on if paid_on <= AS_OF else None


def _write_exchange_rates(rows: RawRows) -> None:
    """Write a rate a day and currency: a slow walk around where it began."""
    for currency, rate in FIRST_RATES.items():
        walk = stream(f"rates/{currency}")
        first = rate
        for day in days(RATES_START, AS_OF):
            rows.add(
                "billing_exchange_rates", currency=currency, rate_date=day, rate=rate
            )
            pull = (first - rate) * Decimal("0.01")
            step = Decimal(walk.randrange(-30, 31)) / 10_000
            rate = (rate + pull + step).quantize(Decimal("0.0001"))
