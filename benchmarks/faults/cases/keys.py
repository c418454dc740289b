"""Faults of keys: repeated, missing, reused, or written in another way."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import partial
from itertools import pairwise

from benchmarks.faults.delivery import ONE, PERCENT, THIRD, Delivery, Row
from benchmarks.faults.expected import (
    OWNERS_LOST,
    accepted,
    blocked,
    either,
    quarantined,
)
from benchmarks.faults.fault import Fault, Faults

_SAME_ARR = (
    "select (select sum(arr) from core.accounts) "
    "= (select sum(arr) from clean.core.accounts)"
)


def faults() -> Faults:
    """Yield K01 to K12."""
    yield from _repeated()
    yield from _missing()
    yield from _reused()
    yield from _respelled()
    yield from _merged()


def _repeated() -> Faults:
    for table in (
        "crm_accounts",
        "billing_subscription_items",
        "billing_invoice_lines",
        "usage_daily",
        "support_tickets",
        "crm_account_owners",
    ):
        for share in (ONE, PERCENT, THIRD):
            yield Fault(
                "K01",
                f"{table}: {share} twice",
                accepted(),
                partial(_doubled, table=table, share=share),
            )
    yield Fault(
        "K03",
        "an account with a newer version",
        accepted(
            "select count(*) = 1 from core.account_profiles where region = 'Elsewhere'"
        ),
        partial(_newer, table="crm_accounts", change={"region": "Elsewhere"}),
    )
    yield Fault(
        "K03",
        "a subscription with a newer version, which comes first in the file",
        accepted(
            "select count(*) = 1 from staging.stg_billing__subscriptions "
            "where notice_days = 77"
        ),
        partial(
            _newer,
            table="billing_subscriptions",
            change={"notice_days": "77"},
            first=True,
        ),
    )
    yield Fault(
        "K01",
        "the use of a day comes twice, with other figures",
        blocked("usage_daily"),
        _day_again,
    )
    yield Fault(
        "K01",
        "invoices and their lines come twice under new ids",
        blocked("invoic"),
        _invoices_again,
    )
    yield Fault("K12", "invoice lines in two overlapping files", accepted(), _split)


def _doubled(delivery: Delivery, table: str, share: str) -> None:
    rows = delivery.rows(table)
    chosen = delivery.change(table, lambda row: None, share)
    delivery.write(table, [*rows, *chosen])


def _day_again(delivery: Delivery) -> None:
    rows = delivery.rows("usage_daily")
    again = [
        {**row, "events": str(int(row["events"] or 0) + 7)}
        for row in rows
        if row["usage_date"] == "2025-11-16"
    ]
    delivery.write("usage_daily", [*rows, *again])


def _invoices_again(delivery: Delivery) -> None:
    for table, ids in (
        ("billing_invoices", ("invoice_id",)),
        ("billing_invoice_lines", ("invoice_line_id", "invoice_id")),
    ):
        rows = delivery.rows(table)
        again = [{**row, **{id: f"R{row[id]}" for id in ids}} for row in rows]
        delivery.write(table, [*rows, *again])


def _newer(delivery: Delivery, table: str, change: Row, first: bool = False) -> None:
    rows = delivery.rows(table)
    row = rows[len(rows) // 2]
    newer = {**row, **change, "updated_at": "2025-11-25 08:00:00"}
    row["updated_at"] = row["updated_at"] or "2025-01-01 00:00:00"
    delivery.write(table, [newer, *rows] if first else [*rows, newer])


def _split(delivery: Delivery) -> None:
    rows = delivery.rows("billing_invoice_lines")
    folder = delivery.folder / "billing_invoice_lines"
    middle = len(rows) // 2
    delivery.write("", rows[: middle + 20], path=folder / "part_1.csv")
    delivery.write("", rows[middle:], path=folder / "part_2.csv")
    delivery.path("billing_invoice_lines").unlink()


def _missing() -> Faults:
    for table, column in (
        ("crm_accounts", "account_id"),
        ("billing_subscription_items", "subscription_item_id"),
        ("billing_invoices", "invoice_id"),
        ("usage_daily", "account_id"),
        ("usage_daily", "usage_date"),
        ("survey_responses", "response_id"),
        ("crm_csms", "csm_id"),
    ):
        for value in ("", "   "):
            wanted = either(quarantined(table, f"missing:{column}"), blocked(table))
            if table == "crm_csms":
                wanted = either(wanted, OWNERS_LOST)
            yield Fault(
                "K04",
                f"{table}.{column} = {value!r}",
                wanted,
                partial(Delivery.set, table=table, column=column, value=value),
            )


def _reused() -> Faults:
    """K05: a row under an id that somebody else already has."""
    for table, key in (
        ("billing_subscriptions", "subscription_id"),
        ("billing_invoices", "invoice_id"),
        ("billing_customers", "billing_customer_id"),
        ("crm_contacts", "contact_id"),
        ("support_tickets", "ticket_id"),
        ("crm_opportunities", "opportunity_id"),
    ):
        yield Fault(
            "K05",
            f"{table}: {key} of another account's row",
            blocked(table),
            partial(_reuse, table=table, key=key),
        )
    for what, newer in (("as new", True), ("without a version", False)):
        yield Fault(
            "K05",
            f"crm_accounts: id of another customer, {what}",
            blocked("crm_accounts"),
            partial(_other_customer, newer=newer),
        )
    yield Fault(
        "K05",
        "crm_accounts: another customer stands under the id",
        blocked("crm_accounts"),
        _replaced_customer,
        only_later=True,
    )


def _reuse(delivery: Delivery, table: str, key: str) -> None:
    rows = delivery.rows(table)
    owner = "billing_customer_id" if "billing_customer_id" in rows[0] else "account_id"
    one = rows[len(rows) // 3]
    other = next(row for row in rows if row[owner] not in ("", one[owner]))
    reused = {**other, key: one[key]}
    if "updated_at" in reused:
        reused["updated_at"] = "2025-11-25 08:00:00"
    if table == "billing_invoices":
        reused["subscription_id"] = other["subscription_id"]
    delivery.write(table, [*rows, reused])


_STRANGER = {
    "account_name": "Somebody Else Entirely",
    "domain": "somebody-else.example",
    "industry": "Mining",
    "region": "Asia Pacific",
    "country": "JP",
    "created_at": "2025-11-20 09:00:00",
}


def _other_customer(delivery: Delivery, newer: bool) -> None:
    rows = delivery.rows("crm_accounts")
    other = {**rows[100], **_STRANGER}
    other["updated_at"] = "2025-11-25 08:00:00" if newer else rows[100]["updated_at"]
    delivery.write("crm_accounts", [*rows, other])


def _replaced_customer(delivery: Delivery) -> None:
    delivery.change("crm_accounts", lambda row: row.update(_STRANGER))


_SPELLINGS: dict[str, Callable[[str], str]] = {
    "spaces around it": lambda id: f"  {id} ",
    "a no-break space": lambda id: f"{id}\u00a0",
    "a tab": lambda id: f"\t{id}",
    "a zero-width space": lambda id: f"{id[:3]}\u200b{id[3:]}",
    "a byte order mark": lambda id: f"\ufeff{id}",
    "lower case": str.lower,
    "mixed case": str.capitalize,
}


def _respelled() -> Faults:
    for table, column in (
        ("usage_daily", "account_id"),
        ("billing_customers", "account_id"),
        ("crm_accounts", "account_id"),
        ("billing_subscription_items", "subscription_id"),
        ("billing_subscriptions", "billing_customer_id"),
        ("crm_account_owners", "account_id"),
    ):
        for spelling, change in _SPELLINGS.items():
            yield Fault(
                "K07",
                f"{table}.{column}: {spelling}",
                accepted(_SAME_ARR if table == "crm_accounts" else None),
                partial(_respell, table=table, column=column, change=change),
            )
    for table, column in (
        ("usage_daily", "account_id"),
        ("support_tickets", "account_id"),
    ):
        yield Fault(
            "K07",
            f"{table}.{column}: a Cyrillic А",  # noqa: RUF001
            quarantined(table, "unknown_account"),
            partial(
                _respell,
                table=table,
                column=column,
                change=lambda id: id.replace("A", "\u0410", 1),
            ),
        )
    for form in ("NFC", "NFD"):
        yield Fault(
            "K08",
            f"a name in {form}",
            accepted(
                "select count(*) = 1 from core.account_profiles "
                "where nfc_normalize(account_name) = 'Café Zoë'"
            ),
            partial(
                Delivery.set,
                table="crm_accounts",
                column="account_name",
                value=unicodedata.normalize(form, "Café Zoë"),
            ),
        )
    for table, column in (
        ("crm_accounts", "account_name"),
        ("crm_csms", "csm_name"),
        ("billing_products", "product_name"),
    ):
        yield Fault(
            "K08",
            f"{table}: one row with its name in NFC and in NFD",
            accepted("select true"),
            partial(_both_forms, table=table, column=column),
        )


def _respell(
    delivery: Delivery, table: str, column: str, change: Callable[[str], str]
) -> list[Row]:
    return delivery.change(
        table,
        lambda row: row.update({column: change(row[column])}),
        where=lambda row: row[column],
    )


def _both_forms(delivery: Delivery, table: str, column: str) -> None:
    rows = delivery.rows(table)
    row = rows[3]
    row[column] = unicodedata.normalize("NFC", "Café Zoë")
    twin = {**row, column: unicodedata.normalize("NFD", "Café Zoë")}
    delivery.write(table, [*rows, twin])


def _merged() -> Faults:
    yield Fault(
        "K09",
        "a customer is merged into another",
        accepted(_SAME_ARR),
        partial(_merge, links=1),
    )
    yield Fault(
        "K09", "a chain of three merges", accepted(_SAME_ARR), partial(_merge, links=3)
    )


def _merge(delivery: Delivery, links: int) -> None:
    rows = delivery.rows("crm_accounts")
    plain = [
        row
        for row in rows
        if not row["merged_into_account_id"] and not row["parent_account_id"]
    ][20:]
    for one, other in pairwise(plain[: links + 1]):
        one["merged_into_account_id"] = other["account_id"]
    delivery.write("crm_accounts", rows)
