"""Faults of states and how they follow each other."""

from __future__ import annotations

from collections import Counter
from functools import partial

from benchmarks.faults.cases.references import churned_accounts
from benchmarks.faults.delivery import ONE, THIRD, Delivery, Row
from benchmarks.faults.expected import accepted, blocked, either, quarantined, warned
from benchmarks.faults.fault import Fault, Faults

SUBSCRIPTIONS = "billing_subscriptions"
ITEMS = "billing_subscription_items"


def faults() -> Faults:
    """Yield L01 to L11, F01 and F02."""
    yield from _words()
    yield from _contradictions()
    yield from _benign()


def _words() -> Faults:
    for table, column, value in (
        (SUBSCRIPTIONS, "status", "Actve"),
        ("support_tickets", "priority", "urgnt"),
        ("crm_activities", "activity_type", "telepathy"),
        ("crm_csm_sentiment", "sentiment", "greenish"),
        (ITEMS, "billing_interval", "fortnight"),
        ("billing_invoice_lines", "line_type", "recuring"),
    ):
        wanted = quarantined(table, f"unknown_value:{column}")
        for id in ("L01", "F02"):
            share = ONE if id == "L01" else THIRD
            yield Fault(
                id,
                f"{table}.{column} = {value}, {share}",
                either(wanted, blocked(table)),
                partial(
                    Delivery.set, table=table, column=column, value=value, share=share
                ),
            )
    # `cases` are built with these two announced (bench.ANNOUNCED).
    for table, column, value in (
        (SUBSCRIPTIONS, "status", "on_hold"),
        ("crm_activities", "activity_type", "webcast"),
    ):
        yield Fault(
            "F01",
            f"{table}.{column} = {value}, announced",
            accepted("select true"),
            partial(Delivery.set, table=table, column=column, value=value),
        )


def _in_force(row: Row) -> bool:
    return row["status"] == "active" and not row["ended_on"]


def _contradictions() -> Faults:
    for status in ("churned", "cancelled", "ended"):
        for share in (ONE, THIRD):
            yield Fault(
                "L03",
                f"{status} and in force, {share}",
                blocked(SUBSCRIPTIONS)
                if share == THIRD
                else either(
                    quarantined(SUBSCRIPTIONS, "ended_without_end"),
                    blocked(SUBSCRIPTIONS),
                ),
                partial(
                    Delivery.set,
                    table=SUBSCRIPTIONS,
                    column="status",
                    value=status,
                    share=share,
                    where=_in_force,
                ),
            )
    yield Fault(
        "L04",
        "active with neither end nor renewal",
        either(
            quarantined(SUBSCRIPTIONS, "no_end_or_renewal"),
            warned(SUBSCRIPTIONS),
            blocked(SUBSCRIPTIONS),
        ),
        partial(
            Delivery.change,
            table=SUBSCRIPTIONS,
            where=_in_force,
            change=lambda row: row.update(
                current_term_start="", current_term_end="", auto_renews=""
            ),
        ),
    )
    for trial_end in ("", "2025-11-01"):
        yield Fault(
            "L08",
            f"a trial that pays, its end {trial_end or 'unknown'}",
            blocked("trial"),
            partial(
                Delivery.change,
                table=SUBSCRIPTIONS,
                where=_in_force,
                change=lambda row, end=trial_end: row.update(
                    status="trialing", trial_ends_on=end
                ),
            ),
        )


def _benign() -> Faults:
    yield Fault(
        "L02",
        "a customer comes back",
        accepted(
            "select count(*) > 0 from revenue.arr_monthly "
            "where movement_type = 'reactivation' and month = date '2025-11-01'"
        ),
        _win_back,
    )
    yield Fault(
        "L07", "an invoice paid after churn", accepted("select true"), _paid_after_churn
    )
    yield Fault("L08", "a trial that does not pay yet", accepted("select true"), _trial)
    yield Fault(
        "L09",
        "a plan is paused",
        accepted(
            "select count(*) > (select count(*) from clean.revenue.arr_events "
            "where movement_type = 'paused') from revenue.arr_events "
            "where movement_type = 'paused'"
        ),
        _paused,
    )
    yield Fault(
        "L10",
        "up and down on one day",
        accepted(
            "select (select sum(arr) from core.accounts) "
            "= (select sum(arr) from clean.core.accounts)"
        ),
        _up_and_down,
    )
    yield Fault(
        "L11",
        "a renewal is lost and the customer stays",
        warned("renewal"),
        _lost_renewal,
    )


def _win_back(delivery: Delivery) -> None:
    account = churned_accounts(delivery)[1]
    delivery.add(
        SUBSCRIPTIONS,
        {
            "subscription_id": "SUB-BACK",
            "account_id": account,
            "started_on": "2025-11-03",
            "current_term_start": "2025-11-03",
            "current_term_end": "2026-11-03",
            "auto_renews": "true",
            "status": "active",
            "updated_at": "2025-11-03 10:00:00",
        },
    )
    delivery.add(
        ITEMS,
        {
            "subscription_item_id": "SUB-BACK-1",
            "subscription_id": "SUB-BACK",
            "product_id": "team",
            "charge_type": "recurring",
            "quantity": "2",
            "unit_price": "15.00",
            "billing_interval": "month",
            "interval_count": "1",
            "currency": "USD",
            "valid_from": "2025-11-03",
        },
    )


def _paid_after_churn(delivery: Delivery) -> None:
    gone = {
        row["subscription_id"]: row["ended_on"]
        for row in delivery.rows(SUBSCRIPTIONS)
        if row["ended_on"] and row["ended_on"] < "2025-09-01"
    }
    delivery.change(
        "billing_invoices",
        lambda row: row.update(paid_on="2025-11-20", status="paid"),
        where=lambda row: (
            row["subscription_id"] in gone
            and row["issued_on"] < gone[row["subscription_id"]]
        ),
    )


def _trial(delivery: Delivery) -> None:
    delivery.change(
        SUBSCRIPTIONS,
        lambda row: row.update(status="trialing", trial_ends_on="2025-12-15"),
        where=lambda row: _in_force(row) and row["started_on"] > "2025-09-01",
    )


def _paused(delivery: Delivery) -> None:
    rows = delivery.rows(SUBSCRIPTIONS)
    customers = Counter((r["account_id"], r["billing_customer_id"]) for r in rows)
    accounts = Counter(row["account_id"] for row in rows if row["account_id"])
    # Of an account that has nothing else: else it would be a contraction.
    row = next(
        row
        for row in rows
        if _in_force(row)
        and accounts[row["account_id"]] == 1
        and customers[row["account_id"], row["billing_customer_id"]] == 1
        and row["started_on"] < "2025-10-01"
    )
    delivery.add(
        "billing_pauses",
        {"subscription_id": row["subscription_id"], "paused_on": "2025-11-10"},
    )


def _up_and_down(delivery: Delivery) -> None:
    rows = delivery.rows(ITEMS)
    running = next(
        row
        for row in rows
        if row["charge_type"] == "recurring"
        and not row["valid_to"]
        and row["valid_from"] < "2025-06-01"
    )
    up = {
        **running,
        "subscription_item_id": "ITEM-UP",
        "quantity": "99",
        "valid_from": "2025-10-10",
        "valid_to": "2025-10-10",
    }
    after = {
        **running,
        "subscription_item_id": "ITEM-AFTER",
        "valid_from": "2025-10-10",
    }
    running["valid_to"] = "2025-10-10"
    delivery.write(ITEMS, [*rows, up, after])


def _lost_renewal(delivery: Delivery) -> None:
    terms = {
        row["subscription_id"]: row["current_term_end"]
        for row in delivery.rows(SUBSCRIPTIONS)
        if _in_force(row)
    }
    delivery.change(
        "crm_opportunities",
        lambda row: row.update(
            stage="closed_lost", closed_at="2025-11-20 10:00:00", is_won="false"
        ),
        where=lambda row: (
            row["opportunity_type"] == "renewal"
            and row["subscription_id"] in terms
            and row["created_at"] < "2025-11-01"
        ),
    )
