"""Building blocks of the books: prices that change, and the sales behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bowtie.sample_company.calendar import on_business_day
from bowtie.sample_company.catalogue import INDUSTRIES, PLACES, SEAT_PRICE
from bowtie.sample_company.plan import Item, Opportunity

STAGES = ["discovery", "proposal", "negotiation"]


def seats(product_id: str, quantity: int, **more: Any) -> Item:
    """Return seats of a product at list price, per year unless said otherwise."""
    return Item(product_id, SEAT_PRICE[product_id], quantity, **more)


def changed(item: Item, changes_on: date, reason: str, **changes: Any) -> list[Item]:
    """Return an item up to a day, and what it is from that day on."""
    before = replace(item, valid_to=changes_on)
    after = replace(item, valid_from=changes_on, change_reason=reason, **changes)
    return [before, after]


def place(number: int) -> dict[str, str]:
    """Return industry, region and country of the n-th customer of a book."""
    region, country = PLACES[number % len(PLACES)]
    industry = INDUSTRIES[number * 3 % len(INDUSTRIES)]
    return {"industry": industry, "region": region, "country": country}


def sale(
    opportunity_type: str,
    amount: Decimal | int,
    closes_on: date,
    outcome: str = "closed_won",
    days_open: int = 45,
    **more: Any,
) -> Opportunity:
    """Return an opportunity that went through all stages and closed on a day."""
    created_on = closes_on - timedelta(days=days_open)
    path = [
        (stage, created_on + timedelta(days=days_open * n // 4))
        for n, stage in enumerate(STAGES)
    ]
    return Opportunity(
        opportunity_type,
        Decimal(amount),
        created_on,
        [*path, (outcome, closes_on)],
        **more,
    )


def open_sale(
    opportunity_type: str,
    amount: Decimal | int,
    created_on: date,
    stages: int,
    **more: Any,
) -> Opportunity:
    """Return an opportunity in the n-th stage, a fortnight for each."""
    path = [
        (stage, created_on + timedelta(days=14 * n))
        for n, stage in enumerate(STAGES[:stages])
    ]
    more.setdefault("expected_close_on", on_business_day(created_on + timedelta(90)))
    return Opportunity(opportunity_type, Decimal(amount), created_on, path, **more)
