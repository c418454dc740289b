"""Referential faults: a row refers to what is not there, or to two things."""

from __future__ import annotations

from functools import partial

from benchmarks.faults.delivery import ONE, PERCENT, THIRD, Delivery, Row
from benchmarks.faults.expected import accepted, blocked, either, quarantined, warned
from benchmarks.faults.fault import Fault, Faults


def faults() -> Faults:
    """Yield R01 to R09."""
    yield from _orphans()
    yield from _owners()
    yield from _parents()


def _orphans() -> Faults:
    # The review queue is where a subscription of nobody is listed with its ARR.
    yield Fault(
        "R01",
        "a subscription of an unknown account, no ARR left",
        either(
            accepted("select count(*) = 1 from quality.unmatched_billing"),
            warned("newly_unmatched_subscriptions"),
        ),
        partial(_of_nobody, where=lambda row: row["ended_on"]),
    )
    for share in (ONE, THIRD):
        yield Fault(
            "R01",
            f"subscriptions in force of unknown accounts, {share}",
            blocked("unmatched"),
            partial(_of_nobody, share=share, where=lambda row: not row["ended_on"]),
        )
    for table, column, reason in (
        ("billing_subscription_items", "subscription_id", "unknown_subscription_id"),
        ("billing_invoices", "subscription_id", "unknown_subscription_id"),
        ("billing_invoice_lines", "invoice_id", "unknown_invoice_id"),
        ("billing_invoice_lines", "subscription_id", "unknown_subscription_id"),
        ("billing_pauses", "subscription_id", "unknown_subscription_id"),
        ("crm_opportunity_stages", "opportunity_id", "unknown_opportunity_id"),
        ("crm_success_plan_milestones", "success_plan_id", "unknown_success_plan_id"),
    ):
        for share in (ONE, PERCENT, THIRD):
            if table == "billing_pauses" and share != ONE:
                continue
            # Lines of refused invoices may be what is material.
            small = either(quarantined(table, reason), blocked(table.removesuffix("s")))
            yield Fault(
                "R02",
                f"{table}: {column} unknown, {share}",
                blocked(table) if share == THIRD else small,
                partial(
                    Delivery.set,
                    table=table,
                    column=column,
                    value="SUB-9999999",
                    share=share,
                ),
            )
    yield Fault(
        "R02",
        "an invoice of no subscription and no customer",
        either(
            quarantined("billing_invoices", "unknown"),
            quarantined("billing_invoices", "no_account"),
        ),
        partial(
            Delivery.change,
            table="billing_invoices",
            change=lambda row: row.update(subscription_id="", billing_customer_id=""),
        ),
    )
    for table in (
        "crm_opportunities",
        "crm_contacts",
        "support_tickets",
        "usage_daily",
        "survey_responses",
        "crm_activities",
        "crm_account_owners",
    ):
        yield Fault(
            "R04",
            f"{table} of a deleted account",
            quarantined(table, "unknown_account"),
            partial(
                Delivery.set, table=table, column="account_id", value="ACC-9999999"
            ),
        )
    yield Fault(
        "R06",
        "use by an account that churned",
        accepted("select true"),
        _use_after_churn,
    )


def _of_nobody(delivery: Delivery, where, share: str = ONE) -> list[Row]:
    return delivery.change(
        "billing_subscriptions",
        lambda row: row.update(account_id="ACC-9999999", billing_customer_id=""),
        share,
        where,
    )


def _use_after_churn(delivery: Delivery) -> None:
    gone = churned_accounts(delivery)[0]
    delivery.add(
        "usage_daily",
        *(
            {
                "account_id": gone,
                "usage_date": f"2025-11-{day}",
                "active_users": "2",
                "sessions": "5",
                "events": "9",
            }
            for day in ("09", "16", "23")
        ),
    )


def churned_accounts(delivery: Delivery) -> list[str]:
    """Return accounts that paid, and whose subscriptions have all ended long ago."""
    accounts = {
        row["billing_customer_id"]: row["account_id"]
        for row in delivery.rows("billing_customers")
    }
    last: dict[str, str] = {}
    paid = set()
    for row in delivery.rows("billing_subscriptions"):
        account = row["account_id"] or accounts.get(row["billing_customer_id"], "")
        last[account] = max(last.get(account, ""), row["ended_on"] or "9999")
        if not row["trial_ends_on"] or row["trial_ends_on"] < row["ended_on"]:
            paid.add(account)
    return sorted(id for id in paid if id and last[id] < "2025-06-01")


def _owners() -> Faults:
    yield Fault(
        "R03",
        "an owner who is on no list of CSMs",
        warned(
            "csm", query="select count(*) > 0 from core.accounts where csm_id is null"
        ),
        partial(
            Delivery.set,
            table="crm_account_owners",
            column="csm_id",
            value="CSM-GONE",
            where=lambda row: not row["valid_to"],
        ),
    )
    yield Fault(
        "R03", "an owner who has left the company", warned("csm"), _left_company
    )
    for share in (ONE, THIRD):
        wanted = quarantined("crm_account_owners", "overlapping_rows", 2)
        # An account in two books (Q08) is the same row, seen from the other end.
        yield Fault(
            "R08" if share == ONE else "Q08",
            f"two owners at a time, {share}",
            either(wanted, blocked("crm_account_owners"))
            if share == ONE
            else blocked("crm_account_owners"),
            partial(_second_owner, share=share),
        )


def _left_company(delivery: Delivery) -> None:
    delivery.set(
        "crm_csms", "ended_on", "2025-06-30", where=lambda row: not row["ended_on"]
    )


def _second_owner(delivery: Delivery, share: str) -> None:
    rows = delivery.rows("crm_account_owners")
    owners = sorted({row["csm_id"] for row in rows})
    current = [row for row in rows if not row["valid_to"]]
    chosen = current[:1] if share == ONE else current[::3]
    rows += [
        {
            **row,
            "csm_id": next(csm for csm in owners if csm != row["csm_id"]),
            "valid_from": "2025-11-10",
        }
        for row in chosen
    ]
    delivery.write("crm_account_owners", rows)


def _parents() -> Faults:
    for length in (1, 2, 3, 8):
        yield Fault(
            "R09",
            f"a cycle of {length} parents",
            blocked("parent"),
            partial(_cycle, column="parent_account_id", length=length),
        )
        yield Fault(
            "R09",
            f"a cycle of {length} merges",
            # Who is merged into itself has survived.
            blocked("merge") if length > 1 else accepted(),
            partial(_cycle, column="merged_into_account_id", length=length),
        )


def _cycle(delivery: Delivery, column: str, length: int) -> None:
    rows = delivery.rows("crm_accounts")
    ring = rows[40 : 40 + length]
    for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
        one[column] = other["account_id"]
    delivery.write("crm_accounts", rows)
