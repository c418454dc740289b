"""The low-touch book of CSM-07, and what is nobody's: the cases that every model meets.

Accounts of 5,000 to 20,000, so that no figure of the other books moves. Each case says
what it is there for. `L` ids; where an edge is at stake, both of its sides are here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from bowtie.sample_company.books.deals import changed, open_sale, place, sale, seats
from bowtie.sample_company.names import company_name, domain_of
from bowtie.sample_company.plan import (
    AS_OF,
    Account,
    Book,
    Condition,
    Item,
    Subscription,
    UsageStep,
)
from bowtie.sample_company.systems.billing import BillingCustomer
from bowtie.sample_company.systems.support import critical

CSM = "CSM-07"
FORMER_CSM = "CSM-08"
HANDED_OVER_ON = date(2025, 7, 1)
FIRST_NAME = 120

GOOD, MIDDLING, BAD = Condition.GOOD, Condition.MIDDLING, Condition.BAD
START = date(2024, 3, 1)

Case = dict[str, Any]
"""Keyword arguments of an account beside its number, name and place."""


def low_touch_accounts() -> list[Account]:
    """Return every account of the book, and those without an owner."""
    numbers = count(1)
    accounts = [
        _account(next(numbers), case)
        for cases in (
            _quiet_accounts(),
            _families(),
            _currencies(),
            _ups_and_downs(),
            _comings_and_goings(),
            _pauses_and_trials(),
            _renewals(),
            _ways_to_the_biller(),
            _trigger_edges(),
            _ticket_edges(),
            _term_edges(),
        )
        for case in cases
    ]
    _link_families(accounts)
    return accounts


def billing_customers(accounts: Sequence[Account]) -> list[BillingCustomer]:
    """Return the customers that the biller keeps under an id of its own.

    One is mapped to its CRM account, one is found by its domain only, one by nothing.
    """
    by_name = {account.name: account for account in accounts}
    mapped, by_domain = (
        by_name[name] for name in ("Mapped Moorhens", "Domain Dormice")
    )
    return [
        BillingCustomer("C-001", mapped.account_id, None, "USD"),
        BillingCustomer("C-002", None, domain_of(by_domain.name), "USD"),
        BillingCustomer("C-003", None, "nowhere-nettles.example", "USD"),
    ]


def stray_customers() -> list[Account]:
    """Return the customer of the biller that no CRM account matches."""
    subscription = Subscription(
        "1", date(2024, 9, 1), [seats("DATA-LITE", 30)], billed_as="C-003"
    )
    return [
        Account(
            "X01",
            "Nowhere Nettles",
            Book.LOW_TOUCH,
            None,
            employees=0,
            created_on=date(2024, 9, 1),
            subscriptions=[subscription],
            **place(0),
        )
    ]


def _account(number: int, case: Case) -> Account:
    case = {"name": company_name(FIRST_NAME + number), "csm_id": CSM} | case
    starts = [s.started_on for s in case.get("subscriptions", [])]
    created_on = min(starts, default=date(2025, 10, 1)) - timedelta(days=45)
    details = {
        "account_id": f"L{number:02d}",
        "book": Book.LOW_TOUCH,
        "employees": 30 + 9 * number,
        "created_on": created_on,
    }
    return Account(**(details | place(number) | case))


def _subscribed(*items: Item, starts: date = START, **more: Any) -> Subscription:
    """Return a yearly subscription to some items; Data Hub Lite where none."""
    more = {"notice_days": 30} | more
    return Subscription("1", starts, list(items) or [seats("DATA-LITE", 40)], **more)


def _quiet_accounts() -> list[Case]:
    """Return accounts without a story; the first came from a CSM who has left."""
    cases: list[Case] = [
        {
            "subscriptions": [
                _subscribed(
                    seats("DATA-LITE", 26 + 4 * n),
                    starts=date(2023 + n % 2, 2 + n, 3 + 2 * n),
                    tax_percent=19 if n % 3 == 0 else 0,
                )
            ]
        }
        for n in range(9)
    ]
    for case in cases[:4]:
        started_on = case["subscriptions"][0].started_on
        case["owners"] = [
            (FORMER_CSM, started_on, HANDED_OVER_ON),
            (CSM, HANDED_OVER_ON, None),
        ]
    cases[5]["opportunities"] = [
        sale("renewal", 11_040, date(2025, 7, 1), subscription_key="1"),
        open_sale(
            "expansion",
            4_800,
            date(2025, 12, 1),
            1,
            expansion_type="product",
            product_id="IDENTITY",
            source="marketing",
        ),
    ]
    return cases


def _families() -> list[Case]:
    """Return a parent with three subsidiaries, and two accounts that merged."""
    return [
        {"name": "Fernhollow Group", "subscriptions": [_subscribed()]},
        *(
            {
                "name": f"Fernhollow {town}",
                "subscriptions": [_subscribed(seats("DATA-LITE", quantity))],
            }
            for town, quantity in (("North", 25), ("South", 30), ("Isles", 35))
        ),
        {"name": "Newvale Opticians", "subscriptions": [_subscribed()]},
        {
            # Its subscription still names it; the history belongs to the survivor.
            "name": "Oldvale Opticians",
            "subscriptions": [_subscribed(seats("DATA-LITE", 22))],
            "owners": [(CSM, START, date(2025, 4, 1))],
            "updated_on": date(2025, 4, 1),
            "has_usage": False,
        },
    ]


def _link_families(accounts: Sequence[Account]) -> None:
    by_name = {account.name: account for account in accounts}
    parent = by_name["Fernhollow Group"]
    for town in ("North", "South", "Isles"):
        by_name[f"Fernhollow {town}"].parent_account_id = parent.account_id
    survivor = by_name["Newvale Opticians"]
    by_name["Oldvale Opticians"].merged_into_account_id = survivor.account_id


def _currencies() -> list[Case]:
    """Return customers who pay in euro and in pounds."""
    return [
        {
            "region": "emea",
            "country": country,
            "subscriptions": [
                _subscribed(
                    seats("DATA-LITE", quantity, currency=currency), tax_percent=20
                )
            ],
        }
        for currency, country, quantity in (
            ("EUR", "DE", 30),
            ("EUR", "FR", 45),
            ("GBP", "GB", 35),
        )
    ]


def _ups_and_downs() -> list[Case]:
    """Return an expansion and a contraction for every cause, and odd intervals."""
    base = seats("DATA-LITE", 40)
    identity = Item("IDENTITY", Decimal(3000))
    discounted = replace(base, discount_percent=25)
    changes = [
        changed(base, date(2025, 2, 10), "seats_added", quantity=50),
        changed(base, date(2025, 5, 1), "seats_removed", quantity=30),
        changed(
            base, START.replace(year=2025), "price_increase", unit_price=Decimal(252)
        ),
        changed(base, START.replace(year=2025), "price_cut", unit_price=Decimal(225)),
        [base, replace(identity, valid_from=date(2025, 8, 12))],
        [base, replace(identity, valid_to=date(2025, 9, 1))],
        changed(
            seats("DATA-LITE", 30),
            date(2025, 6, 2),
            "upgrade",
            product_id="DATA",
            unit_price=Decimal(600),
        ),
        changed(
            seats("DATA", 30),
            date(2025, 6, 9),
            "downgrade",
            product_id="DATA-LITE",
            unit_price=Decimal(240),
        ),
        changed(
            discounted, START.replace(year=2025), "discount_ended", discount_percent=0
        ),
        # A price by four weeks, by 90 days, and with metered calls beside it.
        [replace(base, unit_price=Decimal("18.50"), interval="week", interval_count=4)],
        [replace(base, unit_price=Decimal("58.75"), interval="day", interval_count=90)],
        [base, Item("API", Decimal("0.02"), 9500, "month", charge_type="usage")],
        [base, Item("SETUP", Decimal(1200), charge_type="one_time")],
    ]
    cases: list[Case] = [{"subscriptions": [_subscribed(*items)]} for items in changes]
    # An invoice with a mistake was voided and issued anew.
    cases[-1]["subscriptions"][0].odd_invoices[START] = "void"
    return cases


def _comings_and_goings() -> list[Case]:
    """Return who left, came back, never came, and has nobody to look after them."""
    left = {"auto_renews": False, "churn_reason": "price"}
    return [
        {
            "name": "Homecoming Herons",
            "subscriptions": [
                _subscribed(
                    starts=date(2023, 11, 6), ended_on=date(2024, 11, 6), **left
                ),
                replace(_subscribed(starts=date(2025, 8, 4)), key="2"),
            ],
        },
        {
            "subscriptions": [
                _subscribed(
                    starts=date(2024, 5, 13), ended_on=date(2025, 5, 13), **left
                )
            ]
        },
        {
            # Signed up and left inside one month.
            "name": "Weekend Weasels",
            "subscriptions": [
                _subscribed(
                    replace(
                        seats("DATA-LITE", 30), unit_price=Decimal(20), interval="month"
                    ),
                    starts=date(2025, 9, 3),
                    ended_on=date(2025, 9, 24),
                    term_months=1,
                    odd_invoices={date(2025, 9, 3): "uncollectible"},
                    **left,
                )
            ],
            "has_usage": False,
        },
        {
            # One of two subscriptions ends: less, not lost.
            "subscriptions": [
                _subscribed(),
                replace(
                    _subscribed(
                        seats("DATA-LITE", 15),
                        starts=date(2024, 6, 10),
                        ended_on=date(2025, 6, 10),
                        **left,
                    ),
                    key="2",
                ),
            ]
        },
        {
            # Nine weeks after the start hardly anybody has begun.
            "name": "Stalled Storks",
            "subscriptions": [_subscribed(starts=date(2025, 10, 27))],
            "conditions": [(date(2025, 10, 27), MIDDLING)],
            "usage": [UsageStep(date(2025, 10, 27), 3)],
            "features_used": 2,
        },
        {
            "name": "Prospect Puffins",
            "opportunities": [
                open_sale("new_business", 9_600, date(2025, 11, 10), 2, source="sales")
            ],
        },
        {
            "name": "Nobody's Nightjars",
            "csm_id": None,
            "subscriptions": [_subscribed()],
        },
        {
            # Exactly 20,000: the mid tier by its ARR, in a low-touch book.
            "name": "Mistiered Martens",
            "subscriptions": [
                _subscribed(replace(seats("DATA-LITE", 80), unit_price=Decimal(250)))
            ],
        },
        {
            # One cent below the edge.
            "subscriptions": [
                _subscribed(
                    replace(seats("DATA-LITE", 79), unit_price=Decimal(250)),
                    replace(seats("DATA-LITE", 1), unit_price=Decimal("249.99")),
                )
            ]
        },
    ]


def _pauses_and_trials() -> list[Case]:
    """Return a paused account, one that resumed, one on trial, one after its trial."""
    monthly = replace(seats("DATA-LITE", 35), unit_price=Decimal(20), interval="month")
    return [
        {
            "name": "Paused Pipits",
            "subscriptions": [
                _subscribed(
                    monthly, status="paused", pauses=[(date(2025, 11, 1), None)]
                )
            ],
            "usage": [UsageStep(START, 28), UsageStep(date(2025, 11, 1), 0)],
        },
        {
            "name": "Resumed Robins",
            "subscriptions": [
                _subscribed(monthly, pauses=[(date(2025, 4, 1), date(2025, 7, 1))])
            ],
            "usage": [
                UsageStep(START, 27),
                UsageStep(date(2025, 4, 1), 0),
                UsageStep(date(2025, 7, 1), 28, 20),
            ],
        },
        {
            "name": "Trialing Turnstones",
            "subscriptions": [
                _subscribed(
                    starts=date(2025, 12, 15),
                    trial_ends_on=date(2026, 1, 15),
                    status="trialing",
                )
            ],
        },
        {
            "subscriptions": [
                _subscribed(starts=date(2025, 10, 1), trial_ends_on=date(2025, 10, 15))
            ]
        },
    ]


def _renewals() -> list[Case]:
    """Return renewals that came late, not yet, and after a gap."""
    by_hand = {"auto_renews": False}

    def on_paper(renewed_on: date) -> list[Subscription]:
        return [
            _subscribed(
                starts=date(2024, 6, 15),
                term_ends_on=date(2025, 6, 15),
                status="ended",
                **by_hand,
            ),
            replace(
                _subscribed(starts=renewed_on, **by_hand), key="2", renewed_from="1"
            ),
        ]

    return [
        {"name": "Late Lapwings", "subscriptions": on_paper(date(2025, 6, 27))},
        {"name": "Lapsed Larks", "subscriptions": on_paper(date(2025, 8, 4))},
        {
            # The term is over since two weeks; grace runs until mid-January.
            "name": "Graceful Grebes",
            "subscriptions": [
                _subscribed(
                    starts=date(2024, 12, 17),
                    term_ends_on=date(2025, 12, 17),
                    **by_hand,
                )
            ],
        },
        {
            "name": "Noticed Newts",
            "subscriptions": [
                _subscribed(
                    starts=date(2024, 2, 20),
                    cancel_requested_on=date(2025, 12, 8),
                    **by_hand,
                )
            ],
            "conditions": [(START, GOOD), (date(2025, 10, 20), MIDDLING)],
        },
    ]


def _ways_to_the_biller() -> list[Case]:
    """Return who the biller knows under its own id, mapped or by domain."""
    return [
        {"name": "Mapped Moorhens", "subscriptions": [_subscribed(billed_as="C-001")]},
        {"name": "Domain Dormice", "subscriptions": [_subscribed(billed_as="C-002")]},
    ]


def _trigger_edges() -> list[Case]:
    """Return both sides of the edges of usage: 5,000 in decline, 90 % of the limit."""
    hundred = replace(seats("DATA-LITE", 50), unit_price=Decimal(100))
    a_cent_more = [
        replace(hundred, quantity=49),
        replace(hundred, quantity=1, unit_price=Decimal("100.01")),
    ]
    declining = [UsageStep(START, 40), UsageStep(date(2025, 11, 3), 25)]
    thousand = replace(seats("DATA-LITE", 1000), unit_price=Decimal(10))

    def near_limit(active: int, sessions_per_user: float) -> Case:
        return {
            "subscriptions": [_subscribed(thousand)],
            "usage": [UsageStep(START, active)],
            "sessions_per_user": sessions_per_user,
        }

    return [
        {
            "name": "Fivethousand Finches",
            "subscriptions": [_subscribed(hundred)],
            "usage": declining,
        },
        {
            "name": "Onecentmore Owls",
            "subscriptions": [_subscribed(*a_cent_more)],
            "usage": declining,
        },
        {"name": "Almost Auks", "conditions": [], **near_limit(899, 5.0)},
        {"name": "Ninety Nuthatches", **near_limit(900, 5.0)},
        {"name": "Full Flycatchers", **near_limit(950, 1.0)},
        {
            "name": "Reddening Redstarts",
            "subscriptions": [_subscribed()],
            "conditions": [
                (START, GOOD),
                (date(2025, 5, 5), MIDDLING),
                (date(2025, 11, 10), BAD),
            ],
        },
        {
            # Worse, but not bad.
            "name": "Yellowing Yellowhammers",
            "subscriptions": [_subscribed()],
            "conditions": [(START, GOOD), (date(2025, 11, 10), MIDDLING)],
        },
    ]


def _ticket_edges() -> list[Case]:
    """Return critical tickets of exactly 48.0 and 48.1 hours, solved and still open.

    The as-of day ends at midnight; what is open then has been so since two days before.
    """
    end = AS_OF + timedelta(days=1)
    open_48_0 = critical(end - timedelta(days=2), None, hour=0)
    open_48_1 = replace(
        open_48_0, created_at=open_48_0.created_at - timedelta(minutes=6)
    )
    tickets = {
        "Fortyeight Fulmars": critical(date(2025, 12, 2), 48.0),
        "Sixminutes Swifts": critical(date(2025, 12, 2), 48.1),
        "Stillopen Stoats": open_48_0,
        "Overdue Otters": open_48_1,
    }
    return [
        {"name": name, "subscriptions": [_subscribed()], "tickets": [ticket]}
        for name, ticket in tickets.items()
    ]


def _term_edges() -> list[Case]:
    """Return accounts that do badly and whose terms end in 60 and in 61 days."""
    return [
        {
            "name": name,
            "subscriptions": [
                _subscribed(
                    starts=starts_on,
                    leaves_invoices_unpaid_from=unpaid_from,
                )
            ],
            "conditions": [(START, MIDDLING), (date(2025, 6, 16), BAD)],
        }
        for name, starts_on, unpaid_from in (
            ("Sixty Siskins", date(2024, 3, 1), None),
            ("Sixtyone Sandpipers", date(2024, 3, 2), None),
            ("Unpaid Urchins", date(2024, 10, 14), date(2025, 10, 1)),
        )
    ]
