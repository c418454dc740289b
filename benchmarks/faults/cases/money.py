"""Faults of money."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from benchmarks.faults.delivery import ONE, PERCENT, THIRD, Delivery, Row
from benchmarks.faults.expected import accepted, blocked, either, quarantined, warned
from benchmarks.faults.fault import Fault, Faults

ITEMS = "billing_subscription_items"


def faults() -> Faults:
    """Yield M01 to M16."""
    yield from _factors()
    yield from _refused()
    yield from _benign()
    yield from _rates()


def is_running(row: Row) -> bool:
    """Whether an item is recurring and has no end."""
    return row["charge_type"] == "recurring" and not row["valid_to"]


def _factors() -> Faults:
    for table, column in (
        (ITEMS, "unit_price"),
        ("billing_invoices", "total_amount"),
        ("billing_invoice_lines", "amount"),
        ("crm_opportunities", "amount"),
    ):
        yield Fault(
            "M01",
            f"{table}.{column} in cents",
            blocked(),
            partial(_times, table=table, column=column, factor=100, where=None),
        )
    for what, choose in (
        ("its largest contract", _largest),
        ("a contract of the middle", _middle),
        ("a contract that is over", _ended),
    ):
        yield Fault(
            "M02",
            f"one account's prices in cents: {what}",
            blocked(ITEMS),
            partial(_of_one_subscription_times, factor=100, choose=choose),
        )
    yield Fault(
        "M02",
        "one account's prices in cents: all it has",
        blocked(ITEMS),
        partial(_of_one_account_times, factor=100),
    )
    yield Fault(
        "M02",
        "one account's prices in thousands",
        blocked(ITEMS),
        partial(_of_one_subscription_times, factor=Decimal("0.001"), choose=_largest),
    )
    yield Fault(
        "M16",
        "an invoice of 20 times the largest ever",
        either(
            quarantined("billing_invoices", "implausible"), blocked("billing_invoices")
        ),
        partial(
            Delivery.set,
            table="billing_invoices",
            column="total_amount",
            value="99999999.00",
        ),
    )


def _worth(delivery: Delivery, ended: bool) -> list[str]:
    """Return subscriptions by what their monthly items come to, the smallest first."""
    days = {
        row["subscription_id"]: (row["ended_on"], row["started_on"])
        for row in delivery.rows("billing_subscriptions")
        if row["status"] not in ("trialing", "paused")
    }
    worth: dict[str, Decimal] = {}
    for row in delivery.rows(ITEMS):
        end, start = days.get(row["subscription_id"], ("", ""))
        is_chosen = bool(end) == ended and start < "2025-09-01"
        if is_chosen and end != start and row["charge_type"] == "recurring":
            months = 12 if row["billing_interval"] == "year" else 1
            price = Decimal(row["unit_price"]) * Decimal(row["quantity"] or 1) / months
            worth[row["subscription_id"]] = max(
                worth.get(row["subscription_id"], Decimal(0)), price
            )
    return sorted(worth, key=lambda id: (worth[id], id))


def _largest(delivery: Delivery) -> str:
    return _worth(delivery, ended=False)[-1]


def _middle(delivery: Delivery) -> str:
    ids = _worth(delivery, ended=False)
    return ids[len(ids) // 2]


def _ended(delivery: Delivery) -> str:
    ids = _worth(delivery, ended=True)
    return ids[len(ids) * 3 // 4]


def _of_one_subscription_times(
    delivery: Delivery, factor: Decimal, choose: Callable[[Delivery], str]
) -> None:
    _items_times(delivery, {choose(delivery)}, factor)


def _of_one_account_times(delivery: Delivery, factor: Decimal) -> None:
    (row,) = (
        row
        for row in delivery.rows("billing_subscriptions")
        if row["subscription_id"] == _middle(delivery)
    )
    account = (row["account_id"], row["billing_customer_id"])
    ids = {
        other["subscription_id"]
        for other in delivery.rows("billing_subscriptions")
        if (other["account_id"], other["billing_customer_id"]) == account
    }
    _items_times(delivery, ids, factor)


def _items_times(delivery: Delivery, ids: set[str], factor: Decimal) -> None:
    rows = delivery.rows(ITEMS)
    for row in rows:
        if row["subscription_id"] in ids:
            row["unit_price"] = str(Decimal(row["unit_price"]) * factor)
    delivery.write(ITEMS, rows)


def _times(
    delivery: Delivery, table: str, column: str, factor: int, where
) -> list[Row]:
    def change(row: Row) -> None:
        row[column] = str(Decimal(row[column]) * factor)

    if where:
        return delivery.change(table, change, where=where)
    rows = delivery.rows(table)
    for row in rows:
        change(row)
    delivery.write(table, rows)
    return rows


def _refused() -> Faults:
    for table, column, value, reason in (
        (ITEMS, "unit_price", "-49.00", "negative_price"),
        (ITEMS, "quantity", "-3", "negative_quantity"),
        ("crm_opportunities", "amount", "-5000.00", "negative_amount"),
        ("crm_opportunity_stages", "amount", "-5000.00", "negative_amount"),
        ("crm_accounts", "employee_count", "-7", "negative_employee_count"),
        ("billing_exchange_rates", "rate", "0", "rate_not_positive"),
    ):
        for share in (ONE, PERCENT, THIRD):
            # Rows of refused ones may be what is material.
            stem = table.removesuffix("ies").removesuffix("s")
            small = either(quarantined(table, reason), blocked(stem))
            if table == "crm_accounts":
                small = either(small, blocked("refused_success"))
            yield Fault(
                "M04",
                f"{table}.{column} = {value}, {share}",
                blocked(table) if share == THIRD else small,
                partial(
                    Delivery.set, table=table, column=column, value=value, share=share
                ),
            )
    for value in ("150", "100.01", "-10"):
        yield Fault(
            "M06",
            f"discount of {value} %",
            either(quarantined(ITEMS, "discount_out_of_range"), blocked(ITEMS)),
            partial(Delivery.set, table=ITEMS, column="discount_percent", value=value),
        )
    yield Fault(
        "M07",
        "a paid plan at no price",
        warned("billing_subscription_items"),
        partial(
            Delivery.set,
            table=ITEMS,
            column="unit_price",
            value="0.00",
            where=lambda row: row["charge_type"] == "recurring" and row["valid_to"],
        ),
    )


def _benign() -> Faults:
    yield Fault(
        "M05",
        "a credit note",
        accepted("select true"),
        partial(_credit_note, paid=False),
    )
    yield Fault(
        "M05", "a refund", accepted("select true"), partial(_credit_note, paid=True)
    )
    for currency, price in (
        ("JPY", "4900"),
        ("KWD", "15.125"),
        ("kwd", "15.125"),
    ):
        yield Fault(
            "M12",
            f"a price of {currency} {price}",
            accepted("select true"),
            partial(
                Delivery.change,
                table=ITEMS,
                where=is_running,
                change=lambda row, c=currency, p=price: row.update(
                    currency=c, unit_price=p, quantity="1"
                ),
            ),
        )
    yield Fault(
        "M13",
        "3 lines of 33.33 on an invoice of 100.00",
        accepted("select true"),
        _thirds,
    )
    yield Fault("M15", "prices as floats print them", accepted(), _float_artefacts)


def _credit_note(delivery: Delivery, paid: bool) -> None:
    invoice = delivery.rows("billing_invoices")[500]
    amount = "-50.00"
    delivery.add(
        "billing_invoices",
        {
            **invoice,
            "invoice_id": "CRN-1",
            "total_amount": amount,
            "status": "paid" if paid else "open",
            "paid_on": invoice["paid_on"] if paid else "",
        },
    )
    delivery.add(
        "billing_invoice_lines",
        {
            "invoice_line_id": "CRN-1-1",
            "invoice_id": "CRN-1",
            "line_type": "credit",
            "subscription_id": invoice["subscription_id"],
            "amount": amount,
        },
    )


def _thirds(delivery: Delivery) -> None:
    invoice = delivery.rows("billing_invoices")[500]
    delivery.add(
        "billing_invoices",
        {**invoice, "invoice_id": "INV-3", "total_amount": "100.00"},
    )
    delivery.add(
        "billing_invoice_lines",
        *(
            {
                "invoice_line_id": f"INV-3-{number}",
                "invoice_id": "INV-3",
                "line_type": "one_time",
                "subscription_id": invoice["subscription_id"],
                "amount": "33.33",
            }
            for number in range(3)
        ),
    )


def _float_artefacts(delivery: Delivery) -> None:
    for table, column in ((ITEMS, "unit_price"), ("billing_invoices", "total_amount")):
        rows = delivery.rows(table)
        for number, row in enumerate(rows):
            exact = Decimal(row[column])
            row[column] = str(exact + Decimal((-1) ** number) * Decimal("1e-9"))
        delivery.write(table, rows)


def _rates() -> Faults:
    yield Fault(
        "M09",
        "no rate of a currency",
        blocked("every_currency_in_use_has_an_exchange_rate"),
        lambda delivery: delivery.remove(
            "billing_exchange_rates", lambda row: row["currency"] == "GBP"
        ),
    )
    yield Fault(
        "M09",
        "no rate on the last month's end",
        either(accepted("select true"), warned("rate")),
        lambda delivery: delivery.remove(
            "billing_exchange_rates",
            lambda row: row["currency"] == "GBP" and row["rate_date"] == "2025-10-31",
        ),
    )
    yield Fault(
        "M09",
        "a contract in a currency without any rate",
        blocked("every_currency_in_use_has_an_exchange_rate"),
        partial(
            Delivery.set, table=ITEMS, column="currency", value="XAG", where=is_running
        ),
    )
    yield Fault(
        "M11",
        "one rate a hundred times too high",
        blocked("exchange_rates"),
        partial(
            _rates_changed,
            change=lambda rate: rate * 100,
            where=lambda row: (
                row["currency"] == "EUR" and row["rate_date"] == "2025-09-30"
            ),
        ),
    )
    yield Fault(
        "M11",
        "all rates the wrong way round",
        blocked("exchange_rates"),
        partial(_rates_changed, change=lambda rate: 1 / rate),
        only_later=True,
    )
    yield Fault(
        "M11",
        "no rate for 100 days",
        either(warned("rate"), blocked("rate")),
        lambda delivery: delivery.remove(
            "billing_exchange_rates", lambda row: row["rate_date"] > "2025-08-15"
        ),
    )


def _rates_changed(
    delivery: Delivery,
    change: Callable[[Decimal], Decimal],
    where: Callable[[Row], bool] = lambda row: True,
) -> None:
    rows = delivery.rows("billing_exchange_rates")
    for row in rows:
        if where(row):
            row["rate"] = f"{change(Decimal(row['rate'])):.8f}"
    delivery.write("billing_exchange_rates", rows)
