"""Faults of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from benchmarks.faults.delivery import ONE, THIRD, Delivery
from benchmarks.faults.expected import accepted, blocked, either, quarantined, warned
from benchmarks.faults.fault import Fault, Faults

ITEMS = "billing_subscription_items"


def faults() -> Faults:
    """Yield D01 to D15."""
    yield from _dates()
    yield from _orders()
    yield from _open_ends()
    yield from _zones()
    yield from _late()


def _dates() -> Faults:
    for table, column in (
        ("usage_daily", "usage_date"),
        ("usage_features_daily", "usage_date"),
        (ITEMS, "valid_from"),
        ("billing_invoices", "issued_on"),
        ("billing_subscriptions", "started_on"),
    ):
        yield Fault(
            "D01",
            f"{table}.{column} with day and month swapped",
            blocked(table),
            partial(_month_first, table=table, column=column),
        )
    for value in ("2024-02-30", "0000-00-00", "2024-13-01", "31/12/2024", "45291"):
        for table, column, kind in (
            ("billing_invoices", "issued_on", "date"),
            ("usage_daily", "usage_date", "date"),
            ("support_tickets", "created_at", "timestamp"),
            ("crm_success_plan_milestones", "due_date", "date"),
        ):
            yield Fault(
                "D02",
                f"{table}.{column} = {value}",
                either(quarantined(table, f"not_a_{kind}:{column}"), blocked(table))
                if table == "crm_success_plan_milestones"
                else quarantined(table, f"not_a_{kind}:{column}"),
                partial(Delivery.set, table=table, column=column, value=value),
            )


def _month_first(delivery: Delivery, table: str, column: str) -> None:
    """Read each day as day/month, as an export in another locale would."""
    rows = delivery.rows(table)
    for row in rows:
        year, month, day = row[column].split("-")
        if int(day) <= 12:
            row[column] = f"{year}-{day}-{month}"
    delivery.write(table, rows)


def _orders() -> Faults:
    for table, start, end, reason in (
        (ITEMS, "valid_from", "valid_to", "ends_before_start"),
        ("billing_subscriptions", "started_on", "ended_on", "ends_before_start"),
        ("billing_invoice_lines", "period_start", "period_end", "ends_before_start"),
        ("crm_account_owners", "valid_from", "valid_to", "ends_before_start"),
        ("billing_pauses", "paused_on", "resumed_on", "ends_before_start"),
        ("support_tickets", "created_at", "solved_at", "solved_before_created"),
        ("crm_opportunities", "created_at", "closed_at", "closed_before_created"),
        ("crm_contacts", "created_at", "left_at", "left_before_created"),
        ("crm_success_plans", "created_at", "completed_at", "completed_before_created"),
    ):
        for share in (ONE, THIRD):
            if table == "billing_pauses" and share != ONE:
                continue
            # Rows of refused ones may be what is material.
            stem = table.removesuffix("s")
            small = either(quarantined(table, reason), blocked(stem))
            yield Fault(
                "D03",
                f"{table}: {end} before {start}, {share}",
                small if share == ONE else blocked(table),
                partial(
                    Delivery.change,
                    table=table,
                    share=share,
                    change=lambda row, s=start, e=end: row.update(
                        {e: _days_after(row[s], -40)}
                    ),
                    where=lambda row, e=end: row[e],
                ),
            )

    yield Fault(
        "D03",
        "a trial that was over before the subscription began",
        accepted("select true"),
        partial(
            Delivery.change,
            table="billing_subscriptions",
            change=lambda row: row.update(
                trial_ends_on=_days_after(row["started_on"], -200)
            ),
            where=lambda row: row["current_term_end"] and not row["ended_on"],
        ),
    )


def _days_after(value: str, days: int) -> str:
    moment = datetime.fromisoformat(value) + timedelta(days)
    return moment.isoformat(" ")[: len(value)]


def _open_ends() -> Faults:
    for value in ("9999-12-31", "9999-12-31 00:00:00", "2999-12-31", "NULL", "null"):
        for table, column in (
            (ITEMS, "valid_to"),
            ("billing_subscriptions", "ended_on"),
            ("crm_account_owners", "valid_to"),
            ("crm_contacts", "left_at"),
        ):
            yield Fault(
                "D04",
                f"{table}.{column} open as {value}",
                accepted(),
                partial(_open_as, table=table, column=column, value=value),
            )
    yield Fault(
        "D12",
        "a ticket created tomorrow",
        warned("support_tickets"),
        partial(
            Delivery.change,
            table="support_tickets",
            change=lambda row: row.update(
                created_at="2025-11-27 09:00:00", first_responded_at="", solved_at=""
            ),
        ),
    )
    yield Fault(
        "D12",
        "use recorded tomorrow",
        warned("usage_daily"),
        partial(
            Delivery.set, table="usage_daily", column="usage_date", value="2025-11-27"
        ),
    )
    for table, column, value in (
        ("support_tickets", "created_at", "2035-11-27 09:00:00"),
        ("usage_daily", "usage_date", "2035-11-27"),
        ("billing_invoices", "issued_on", "2035-11-27"),
        ("crm_contacts", "created_at", "2035-11-27 09:00:00"),
    ):
        yield Fault(
            "D12",
            f"{table}.{column} in ten years",
            quarantined(table, f"date_out_of_range:{column}"),
            partial(Delivery.set, table=table, column=column, value=value),
        )


def _open_as(delivery: Delivery, table: str, column: str, value: str) -> None:
    rows = delivery.rows(table)
    for row in rows:
        row[column] = row[column] or value
    delivery.write(table, rows)


def _zones() -> Faults:
    for name, hours in (("+02:00", 2), ("-08:00", -8), ("+14:00", 14)):
        for table in ("support_tickets", "crm_activities"):
            yield Fault(
                "D06",
                f"{table} in local time {name}",
                accepted(),
                partial(_local, table=table, offset=name, hours=hours),
            )
    for value in (
        "2025-03-30T02:30:00+01:00",
        "2025-10-26T01:30:00",
        "2025-10-26 01:30Z",
    ):
        yield Fault(
            "D07",
            f"a ticket at {value}",
            accepted("select true"),
            partial(
                Delivery.change,
                table="support_tickets",
                change=lambda row, v=value: row.update(
                    created_at=v, first_responded_at="", solved_at=""
                ),
            ),
        )


def _local(delivery: Delivery, table: str, offset: str, hours: int) -> None:
    rows = delivery.rows(table)
    for row in rows:
        for column, value in row.items():
            if column.endswith("_at") and value:
                moment = datetime.fromisoformat(value) + timedelta(hours=hours)
                row[column] = f"{moment.isoformat()}{offset}"
    delivery.write(table, rows)


def _late() -> Faults:
    for id, what, days in (
        ("D09", "an invoice 40 days late", 40),
        ("D10", "an invoice 400 days late", 400),
    ):
        yield Fault(
            id, what, accepted("select true"), partial(_late_invoice, days=days)
        )
    yield Fault("D10", "use of 400 days ago", accepted("select true"), _late_use)
    for table in (ITEMS, "usage_daily", "crm_opportunity_stages", "crm_account_owners"):
        yield Fault(
            "D11",
            f"{table} in the opposite order",
            accepted(),
            partial(_upside_down, table=table),
        )
    yield Fault(
        "D13", "terms on the 31st and on a leap day", accepted("select true"), _odd_days
    )
    yield Fault(
        "D15",
        "a contract that started half a year ago",
        accepted(
            "select count(*) > 0 from revenue.arr_monthly where account_id "
            "in (select account_id from staging.stg_billing__subscriptions "
            "where subscription_id = 'SUB-BACK') and month = date '2025-06-01'"
        ),
        partial(_signed, started_on="2025-05-20"),
        only_later=True,
    )


def _late_invoice(delivery: Delivery, days: int) -> None:
    invoice = delivery.rows("billing_invoices")[700]
    issued = _days_after("2025-11-26", -days)
    delivery.add(
        "billing_invoices",
        {
            **invoice,
            "invoice_id": "INV-LATE",
            "issued_on": issued,
            "due_on": "",
            "paid_on": issued,
            "status": "paid",
            "total_amount": "120.00",
        },
    )
    delivery.add(
        "billing_invoice_lines",
        {
            "invoice_line_id": "INV-LATE-1",
            "invoice_id": "INV-LATE",
            "subscription_id": invoice["subscription_id"],
            "line_type": "one_time",
            "amount": "120.00",
        },
    )


def _late_use(delivery: Delivery) -> None:
    day = _days_after("2025-11-23", -399)
    rows = delivery.rows("usage_daily")
    known = {row["account_id"] for row in rows if row["usage_date"] == day}
    account = next(row for row in rows if row["account_id"] not in known)
    delivery.add("usage_daily", {**account, "usage_date": day})


def _upside_down(delivery: Delivery, table: str) -> None:
    rows = delivery.rows(table)
    delivery.write(table, rows[::-1])


def _odd_days(delivery: Delivery) -> None:
    # Of other sizes: two alike would be one contract sent twice.
    for day, seats in (("2024-02-29", "3"), ("2024-08-31", "4")):
        _signed(delivery, day, f"SUB-{day}", term_end="2026-02-28", seats=seats)


def _signed(
    delivery: Delivery,
    started_on: str,
    id: str = "SUB-BACK",
    term_end: str = "2026-05-20",
    seats: str = "3",
) -> None:
    account = delivery.rows("crm_accounts")[30]["account_id"]
    delivery.add(
        "billing_subscriptions",
        {
            "subscription_id": id,
            "account_id": account,
            "started_on": started_on,
            "current_term_start": started_on,
            "current_term_end": term_end,
            "auto_renews": "true",
            "status": "active",
            "updated_at": "2025-11-25 10:00:00",
        },
    )
    delivery.add(
        ITEMS,
        {
            "subscription_item_id": f"{id}-1",
            "subscription_id": id,
            "product_id": "team",
            "charge_type": "recurring",
            "quantity": seats,
            "unit_price": "20.00",
            "billing_interval": "month",
            "interval_count": "1",
            "currency": "USD",
            "valid_from": started_on,
        },
    )
