"""The enterprise book: CSM-01, 15 accounts of 150,000 to 800,000, no churn in 2025.

Opening 4,200,000; eight deals add 680,000; two reductions take 80,000.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from bowtie.sample_company.books.deals import (
    changed,
    open_sale,
    place,
    sale,
    seats,
)
from bowtie.sample_company.calendar import add_months, at
from bowtie.sample_company.names import company_name
from bowtie.sample_company.plan import (
    Account,
    Book,
    Condition,
    Item,
    Opportunity,
    Person,
    Subscription,
    Ticket,
    Touch,
    UsageStep,
)

CSM = "CSM-01"
KEY_ACCOUNT = "E01"

OPENING: dict[str, tuple[int, date]] = {
    "E01": (420, date(2023, 6, 15)),
    "E02": (650, date(2021, 10, 1)),
    "E03": (480, date(2022, 3, 1)),
    "E04": (330, date(2022, 9, 1)),
    "E05": (300, date(2023, 2, 1)),
    "E06": (280, date(2023, 5, 1)),
    "E07": (260, date(2023, 9, 15)),
    "E08": (240, date(2023, 11, 1)),
    "E09": (160, date(2022, 11, 15)),
    "E10": (190, date(2024, 1, 15)),
    "E11": (180, date(2024, 3, 1)),
    "E12": (170, date(2024, 5, 1)),
    "E13": (165, date(2024, 8, 1)),
    "E14": (165, date(2024, 10, 1)),
    "E15": (160, date(2024, 12, 1)),
}
"""Seats of Engage (1,000 each) at the start of 2025, and the first day as customer.
E09 has a module for 50,000 beside them."""

RENEWED_ON_PAPER = {"E11", "E12", "E13"}
"""A new subscription row for each term, where others renew on the same row."""

CONDITIONS = {
    KEY_ACCOUNT: [
        (date(2023, 6, 15), Condition.GOOD),
        (date(2025, 8, 18), Condition.MIDDLING),
        (date(2025, 12, 1), Condition.GOOD),
    ],
    "E10": [
        (date(2024, 1, 15), Condition.GOOD),
        (date(2025, 2, 10), Condition.MIDDLING),
    ],
    "E14": [
        (date(2024, 10, 1), Condition.GOOD),
        (date(2025, 9, 8), Condition.MIDDLING),
    ],
}

ADVOCACY = {
    "E02": [("case_study", date(2025, 2, 20)), ("speaking", date(2025, 9, 17))],
    "E03": [("case_study", date(2025, 5, 14)), ("review", date(2025, 6, 3))],
    "E04": [("review", date(2025, 3, 11)), ("review", date(2025, 10, 7))],
    "E05": [("case_study", date(2025, 8, 27)), ("speaking", date(2025, 11, 5))],
    "E06": [("review", date(2025, 4, 29))],
    "E08": [("review", date(2025, 7, 8)), ("case_study", date(2025, 12, 4))],
    "E12": [("review", date(2025, 9, 30))],
}


def enterprise_accounts() -> list[Account]:
    """Return the book's accounts."""
    return [_account(number, account_id) for number, account_id in enumerate(OPENING)]


def _account(number: int, account_id: str) -> Account:
    _, started_on = OPENING[account_id]
    items, opportunities = _items_and_sales(account_id)
    account = Account(
        account_id=account_id,
        name=company_name(number),
        book=Book.ENTERPRISE,
        csm_id=CSM,
        employees=1800 + 410 * number,
        created_on=started_on - timedelta(days=120),
        subscriptions=_subscriptions(account_id, items),
        conditions=CONDITIONS.get(account_id, []),
        opportunities=opportunities,
        advocacy=ADVOCACY.get(account_id, []),
        **place(number),
    )
    if account_id == KEY_ACCOUNT:
        _tell_key_account(account)
    return account


def _items_and_sales(account_id: str) -> tuple[list[Item], list[Opportunity]]:
    """Return what an account bought by when, and the year's sales to it."""
    quantity, _ = OPENING[account_id]
    base = seats("ENGAGE", quantity)

    def module(product_id: str, price: int, since: date) -> Item:
        return Item(
            product_id, Decimal(price), valid_from=since, change_reason="cross_sell"
        )

    def won(amount: int, closed_on: date, kind: str, product: str) -> Opportunity:
        return sale(
            "expansion",
            amount,
            closed_on,
            expansion_type=kind,
            product_id=product,
            subscription_key="1",
        )

    match account_id:
        case "E01":
            day = date(2025, 12, 15)
            modules = [module("ABM", 60_000, day), module("SUPPORT", 15_000, day)]
            deal = replace(
                won(75_000, day, "product", "ABM"),
                created_on=date(2025, 12, 2),
                path=[
                    ("discovery", date(2025, 12, 2)),
                    ("proposal", date(2025, 12, 5)),
                    ("negotiation", date(2025, 12, 10)),
                    ("closed_won", day),
                ],
            )
            return [base, *modules], [deal]
        case "E02":
            # Billed once in three years.
            base = replace(base, unit_price=Decimal(3000), interval_count=3)
            day = date(2025, 4, 1)
            return changed(base, day, "seats_added", quantity=800), [
                won(150_000, day, "seats", "ENGAGE")
            ]
        case "E03":
            day = date(2025, 3, 1)
            pro = {"product_id": "ENGAGE-PRO", "unit_price": Decimal(1250)}
            return changed(base, day, "upgrade", **pro), [
                won(120_000, day, "tier", "ENGAGE-PRO")
            ]
        case "E04":
            base = replace(
                base, unit_price=Decimal(250), interval="month", interval_count=3
            )
            day = date(2025, 6, 16)
            return [base, module("ABM", 100_000, day)], [
                won(100_000, day, "product", "ABM")
            ]
        case "E05":
            # 1,250 with 20 % off is the 1,000 of the others.
            base = replace(base, unit_price=Decimal(1250), discount_percent=20)
            day = date(2025, 9, 10)
            return changed(base, day, "seats_added", quantity=390), [
                won(90_000, day, "seats", "ENGAGE")
            ]
        case "E06":
            day = date(2025, 10, 20)
            return changed(base, day, "seats_added", quantity=345), [
                won(65_000, day, "seats", "ENGAGE")
            ]
        case "E07":
            day = date(2025, 7, 21)
            return [base, module("SUPPORT", 50_000, day)], [
                won(50_000, day, "service", "SUPPORT")
            ]
        case "E08":
            day = date(2025, 11, 1)
            dearer = {"unit_price": Decimal(1125)}
            return changed(base, day, "price_increase", **dearer), [
                won(30_000, day, "price", "ENGAGE")
            ]
        case "E09":
            removed = Item("ABM", Decimal(50_000), valid_to=date(2025, 11, 15))
            return [base, removed], []
        case "E10":
            day = date(2025, 1, 15)
            return changed(base, day, "seats_removed", quantity=160), []
        case "E13":
            lost = sale(
                "expansion",
                40_000,
                date(2025, 8, 22),
                "closed_lost",
                expansion_type="product",
                product_id="ABM",
                source="sales",
            )
            return [base], [lost]
        case "E11":
            waiting = open_sale(
                "expansion",
                36_000,
                date(2025, 11, 18),
                2,
                expansion_type="seats",
                product_id="ENGAGE",
            )
            return [base], [waiting]
        case _:
            return [base], []


def _subscriptions(account_id: str, items: list[Item]) -> list[Subscription]:
    _, started_on = OPENING[account_id]
    terms = {"term_months": 36 if account_id == "E02" else 12, "notice_days": 60}
    if account_id not in RENEWED_ON_PAPER:
        return [Subscription("1", started_on, items, **terms)]
    renewed_on = add_months(started_on, 12)
    first = Subscription("1", started_on, items, ended_on=renewed_on, **terms)
    second = Subscription("2", renewed_on, items, renewed_from="1", **terms)
    return [first, second]


def _tell_key_account(account: Account) -> None:
    """Plan the key account's quarter: friction, a fix, training, a review, a sale."""
    account.features_used = 8
    account.usage = [
        UsageStep(date(2023, 6, 15), 300),
        UsageStep(date(2025, 8, 1), 276),
        UsageStep(date(2025, 9, 1), 253.92),
        UsageStep(date(2025, 10, 1), 233.6),
        UsageStep(date(2025, 11, 1), 268.65),
        UsageStep(date(2025, 12, 1), 308.95),
    ]
    since = date(2023, 6, 15)
    trained = [f"trainee {n}" for n in range(1, 13)]
    account.people = [
        Person("cmo", "Chief Marketing Officer", "executive_sponsor", since),
        Person("vp", "VP Marketing", "executive_sponsor", since),
        Person("ops", "Marketing Operations Director", "champion", since),
        *(Person(key, "Campaign Manager", "end_user", since) for key in trained),
    ]
    account.tickets = [
        Ticket(
            created_at=at(date(2025, 10, day), 9),
            solved_at=at(date(2025, 10, day + 10), 9),
            priority="high",
            is_escalated=True,
            category="integration",
            subject="The API integration drops records",
            satisfaction=4,
        )
        for day in (6, 10, 15)
    ]
    interviewed = ["cmo", "ops", *trained[:4]]
    account.touches = [
        Touch(
            "meeting",
            "enablement",
            at(date(2025, 10, 8 + n), 15),
            45,
            csm_id=CSM,
            contact_key=key,
        )
        for n, key in enumerate(interviewed)
    ]
    account.touches += [
        # One session: its time is on the first row, and a row for each who came.
        Touch(
            "training",
            "enablement",
            at(date(2025, 11, 5), 13),
            120 if n == 0 else None,
            csm_id=CSM,
            contact_key=key,
        )
        for n, key in enumerate(trained)
    ]
    account.touches.append(
        Touch("qbr", "qbr", at(date(2025, 12, 2), 14), 90, csm_id=CSM)
    )
