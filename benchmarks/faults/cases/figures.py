"""Faults of meaning, volume, freshness and drift."""

from __future__ import annotations

import random
from decimal import Decimal
from functools import partial

from benchmarks.faults.cases.references import churned_accounts
from benchmarks.faults.delivery import Delivery, Row
from benchmarks.faults.expected import accepted, blocked, either, quarantined, warned
from benchmarks.faults.fault import Fault, Faults

SUBSCRIPTIONS = "billing_subscriptions"
ITEMS = "billing_subscription_items"


def faults() -> Faults:
    """Yield Q01 to Q15, F05 to F10 and V01 to V10."""
    yield from _meaning()
    yield from _drift()
    yield from _volume()


def _meaning() -> Faults:
    yield Fault(
        "Q01",
        "running contracts replayed as new ones",
        blocked("ARR"),
        _replayed,
        only_later=True,
    )
    yield Fault(
        "Q02",
        "a product line is missing",
        blocked("ARR"),
        _without_a_product,
        only_later=True,
    )
    yield Fault(
        "Q04",
        "expansion booked as new customers",
        blocked("ARR"),
        _expansion_as_new,
        only_later=True,
    )
    yield Fault(
        "Q05",
        "every price up 5 %",
        either(accepted("select true"), warned("ARR")),
        partial(_prices_up, share=Decimal("1.05")),
    )
    yield Fault(
        "Q06",
        "a cohort of nothing",
        accepted(
            "select count(*) = 0 from revenue.retention "
            "where base_arr = 0 and (nrr is not null or grr is not null)"
        ),
        lambda delivery: None,
    )
    for share in (1, 40):
        yield Fault(
            "Q07",
            f"{share} accounts marked as tests",
            # Refused on purpose (DECISIONS A14); many at once are another tenant's.
            either(
                quarantined("crm_accounts", "test_account", warns=False),
                blocked("crm_accounts"),
            ),
            partial(_tests, many=share),
        )
    yield Fault(
        "Q09",
        "no use of 30 % of the accounts",
        either(blocked("usage"), warned("usage")),
        partial(_without_use, share=0.3),
        only_later=True,
    )
    yield Fault(
        "Q10",
        "a constant usage column",
        blocked("active_users"),
        partial(_constant, table="usage_daily", column="active_users", value="5"),
    )
    yield Fault(
        "Q10",
        "a constant satisfaction column",
        either(blocked("satisfaction"), warned("satisfaction")),
        partial(
            _constant, table="support_tickets", column="satisfaction_score", value="5"
        ),
    )
    yield Fault(
        "Q12",
        "a usage counter was reset",
        quarantined("usage_daily", "negative_count"),
        partial(Delivery.set, table="usage_daily", column="events", value="-118422"),
    )
    yield Fault(
        "Q12",
        "use without users",
        quarantined("usage_daily", "sessions_without_users"),
        partial(
            Delivery.set,
            table="usage_daily",
            column="active_users",
            value="0",
            where=lambda row: int(row["sessions"] or 0) > 5,
        ),
    )
    yield Fault(
        "Q14",
        "an opportunity of 50 times its account",
        either(quarantined("crm_opportunities", "implausible"), warned("opportunit")),
        partial(
            Delivery.set,
            table="crm_opportunities",
            column="amount",
            value="9500000.00",
            where=lambda row: (
                row["opportunity_type"] == "expansion" and not row["closed_at"]
            ),
        ),
    )
    yield Fault(
        "Q15",
        "contracts are not what was invoiced",
        either(blocked("ARR"), warned("invoic")),
        partial(_prices_up, share=Decimal("1.30"), silently=True),
    )


def _replayed(delivery: Delivery) -> None:
    subscriptions, items = delivery.rows(SUBSCRIPTIONS), delivery.rows(ITEMS)
    chosen = [row for row in subscriptions if row["status"] == "active"][::3]
    ids = {row["subscription_id"] for row in chosen}
    subscriptions += [
        {
            **row,
            "subscription_id": f"R{row['subscription_id']}",
            "started_on": "2025-11-26",
            "current_term_start": "2025-11-26",
            "current_term_end": "2026-11-26",
        }
        for row in chosen
    ]
    items += [
        {
            **row,
            "subscription_item_id": f"R{row['subscription_item_id']}",
            "subscription_id": f"R{row['subscription_id']}",
            "valid_from": "2025-11-26",
        }
        for row in items
        if row["subscription_id"] in ids and not row["valid_to"]
    ]
    delivery.write(SUBSCRIPTIONS, subscriptions)
    delivery.write(ITEMS, items)


def _without_a_product(delivery: Delivery) -> None:
    delivery.remove(ITEMS, lambda row: row["product_id"] == "team")


def _expansion_as_new(delivery: Delivery) -> None:
    """Give a third of the accounts a new one that takes over their contracts."""
    rows = delivery.rows("crm_accounts")
    moved = [row for row in rows if not row["merged_into_account_id"]][::3]
    rows += [
        {
            **row,
            "account_id": f"NEW{row['account_id']}",
            "domain": "",
            "created_at": "2025-11-26 08:00:00",
        }
        for row in moved
    ]
    delivery.write("crm_accounts", rows)
    ids = {row["account_id"] for row in moved}
    for table in ("billing_customers", SUBSCRIPTIONS):
        customers = delivery.rows(table)
        for row in customers:
            if row["account_id"] in ids:
                row["account_id"] = f"NEW{row['account_id']}"
        delivery.write(table, customers)


def _prices_up(delivery: Delivery, share: Decimal, silently: bool = False) -> None:
    rows = delivery.rows(ITEMS)
    risen = []
    for row in rows:
        if row["charge_type"] != "recurring" or row["valid_to"]:
            continue
        price = str((Decimal(row["unit_price"]) * share).quantize(Decimal("0.01")))
        if silently or row["valid_from"] > "2025-10-01":
            row["unit_price"] = price
            continue
        new = {**row, "unit_price": price, "valid_from": "2025-11-01"}
        new["subscription_item_id"] = f"{row['subscription_item_id']}-P"
        row["valid_to"] = "2025-11-01"
        risen.append(new)
    delivery.write(ITEMS, [*rows, *risen])


def _tests(delivery: Delivery, many: int) -> list[Row]:
    rows = delivery.rows("crm_accounts")
    chosen = rows[5 : 5 + many]
    for row in chosen:
        row["is_test"] = "true"
    delivery.write("crm_accounts", rows)
    return chosen


def _without_use(delivery: Delivery, share: float) -> None:
    accounts = sorted({row["account_id"] for row in delivery.rows("usage_daily")})
    silent = set(random.Random(1).sample(accounts, int(share * len(accounts))))
    for table in ("usage_daily", "usage_features_daily"):
        delivery.remove(table, lambda row: row["account_id"] in silent)


def _constant(delivery: Delivery, table: str, column: str, value: str) -> None:
    rows = delivery.rows(table)
    for row in rows:
        row[column] = value if row[column] else ""
    delivery.write(table, rows)


def _drift() -> Faults:
    yield Fault(
        "F05",
        "80 % more use everywhere",
        either(warned("usage"), blocked("usage")),
        partial(_more_use, factor=1.8),
        only_later=True,
    )
    yield Fault(
        "F06",
        "segment labels renamed",
        blocked("region"),
        partial(_relabelled, column="region"),
        only_later=True,
    )
    yield Fault(
        "F06",
        "industries renamed",
        blocked("industry"),
        partial(_relabelled, column="industry"),
        only_later=True,
    )
    yield Fault(
        "F08",
        "the export's time zone changes",
        blocked("support_tickets"),
        partial(_shifted, hours=9),
        only_later=True,
    )
    yield Fault(
        "F10",
        "an account is deleted everywhere",
        accepted("select true"),
        _forgotten,
        only_later=True,
    )


def _more_use(delivery: Delivery, factor: float) -> None:
    rows = delivery.rows("usage_daily")
    for row in rows:
        for column in ("active_users", "sessions", "events"):
            row[column] = str(round(int(row[column]) * factor)) if row[column] else ""
    delivery.write("usage_daily", rows)


def _relabelled(delivery: Delivery, column: str) -> None:
    rows = delivery.rows("crm_accounts")
    for row in rows:
        row[column] = f"{row[column]} (new)" if row[column] else ""
    delivery.write("crm_accounts", rows)


def _shifted(delivery: Delivery, hours: int) -> None:
    from benchmarks.faults.cases.time import _days_after

    rows = delivery.rows("support_tickets")
    for row in rows:
        for column in ("created_at", "first_responded_at", "solved_at"):
            row[column] = _days_after(row[column], hours / 24) if row[column] else ""
    delivery.write("support_tickets", rows)


def _forgotten(delivery: Delivery) -> None:
    account = churned_accounts(delivery)[2]
    customers = {
        row["billing_customer_id"]
        for row in delivery.rows("billing_customers")
        if row["account_id"] == account
    }
    gone = {"account_id": {account}, "billing_customer_id": customers}
    for table, key, column in (
        (SUBSCRIPTIONS, "subscription_id", "subscription_id"),
        ("billing_invoices", "invoice_id", "invoice_id"),
        ("crm_success_plans", "success_plan_id", "success_plan_id"),
        ("crm_opportunities", "opportunity_id", "opportunity_id"),
    ):
        rows = delivery.rows(table)
        gone[column] = {row[key] for row in rows if _is_gone(row, gone)}
    for path in sorted(delivery.folder.glob("*.csv")):
        delivery.remove(path.stem, partial(_is_gone, gone=gone))


def _is_gone(row: Row, gone: dict[str, set[str]]) -> bool:
    return any(
        row.get(column, "") in ids for column, ids in gone.items() if row.get(column)
    )


def _volume() -> Faults:
    for table in ("usage_daily", "billing_invoices", "support_tickets", "crm_accounts"):
        yield Fault(
            "V01",
            f"{table} with half its rows",
            blocked(table),
            partial(_halved, table=table),
            only_later=True,
        )
    yield Fault(
        "V02", "5 % of the rows are missing", blocked("usage_daily"), _five_percent
    )
    yield Fault(
        "V03",
        "four times the rows",
        blocked("support_tickets"),
        _four_times,
        only_later=True,
    )
    yield Fault(
        "V05",
        "use ends a month ago",
        either(blocked("usage"), warned("usage")),
        lambda delivery: delivery.remove(
            "usage_daily", lambda row: row["usage_date"] > "2025-10-26"
        ),
    )
    for table, column, day in (
        ("support_tickets", "created_at", "2025-10-01"),
        ("crm_activities", "occurred_at", "2025-10-26"),
        ("billing_invoices", "issued_on", "2025-10-01"),
    ):
        yield Fault(
            "V05",
            f"{table} ends on {day}",
            either(blocked(table), warned(table)),
            partial(_ending, table=table, column=column, day=day),
        )
    yield Fault(
        "V06",
        "four times the use at a month's end",
        accepted("select true"),
        _spike,
        only_first=True,
    )
    yield Fault(
        "V07",
        "no tickets on the last days",
        accepted("select true"),
        lambda delivery: delivery.remove(
            "support_tickets", lambda row: row["created_at"] > "2025-11-25"
        ),
    )
    for table in ("usage_daily", "support_tickets", "billing_invoices"):
        yield Fault(
            "V08",
            f"no {table} any more",
            blocked(table),
            lambda delivery, name=table: delivery.path(name).unlink(),
            only_later=True,
        )
    yield Fault(
        "V10",
        "last week's use comes again, corrected",
        accepted("select true"),
        _corrected_week,
        only_later=True,
    )


def _ending(delivery: Delivery, table: str, column: str, day: str) -> None:
    delivery.remove(table, lambda row: row[column] > day)
    if table == "billing_invoices":
        left = {row["invoice_id"] for row in delivery.rows(table)}
        delivery.remove(
            "billing_invoice_lines", lambda row: row["invoice_id"] not in left
        )


def _spike(delivery: Delivery) -> None:
    """On a first load: later, a day of a past month told anew is no spike."""
    rows = delivery.rows("usage_daily")
    last = max(row["usage_date"] for row in rows if row["usage_date"] < "2025-11-01")
    for row in rows:
        if row["usage_date"] == last:
            row["events"] = str(int(row["events"] or 0) * 4)
            row["sessions"] = str(int(row["sessions"] or 0) * 4)
    delivery.write("usage_daily", rows)


def _halved(delivery: Delivery, table: str) -> None:
    rows = delivery.rows(table)
    delivery.write(table, rows[::2])


def _five_percent(delivery: Delivery) -> None:
    delivery.write_manifest()
    rows = delivery.rows("usage_daily")
    delivery.write("usage_daily", [row for n, row in enumerate(rows) if n % 20])


def _four_times(delivery: Delivery) -> None:
    rows = delivery.rows("support_tickets")
    delivery.write(
        "support_tickets",
        [
            {**row, "ticket_id": f"{row['ticket_id']}-{n}"}
            for n in range(4)
            for row in rows
        ],
    )


def _corrected_week(delivery: Delivery) -> None:
    delivery.change(
        "usage_daily",
        lambda row: row.update(events=str(int(row["events"]) + 3)),
        "1 %",
        where=lambda row: row["usage_date"] == "2025-11-16" and row["events"],
    )
