"""Faults of types and encoding."""

from __future__ import annotations

import codecs
from functools import partial

from benchmarks.faults.delivery import ONE, PERCENT, THIRD, Delivery
from benchmarks.faults.expected import (
    OWNERS_LOST,
    accepted,
    blocked,
    either,
    quarantined,
)
from benchmarks.faults.fault import Fault, Faults

# A name that only its right encoding brings back.
_NAME = "Zoë Fröhlich & Søn"


def faults() -> Faults:
    """Yield T01 to T14."""
    yield from _encodings()
    yield from _characters()
    yield from _numbers()
    yield from _booleans()
    yield from _ids()


def _encodings() -> Faults:
    yield Fault(
        "T01",
        "a byte order mark",
        accepted(),
        partial(
            Delivery.edit, table="crm_accounts", change=lambda text: f"\ufeff{text}"
        ),
    )
    for id, encoding in (
        ("T02", "latin-1"),
        ("T02", "cp1252"),
        ("T03", "utf-16"),
        ("T03", "utf-16-le"),
    ):
        for table, column in (
            ("crm_accounts", "account_name"),
            ("support_tickets", "subject"),
        ):
            yield Fault(
                id,
                f"{table} in {encoding}",
                blocked(table),
                partial(_encoded, table=table, column=column, encoding=encoding),
            )


def _encoded(delivery: Delivery, table: str, column: str, encoding: str) -> None:
    delivery.set(table, column, _NAME)
    text = delivery.path(table).read_text("utf-8")
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else b""
    delivery.put(table, mark + text.encode(encoding))


def _characters() -> Faults:
    for name, character, reason in (
        ("NUL", "\0", "nul_character"),
        ("bell", "\a", "control_characters"),
        ("backspace", "\b", "control_characters"),
    ):
        for table, column in (
            ("crm_accounts", "account_name"),
            ("support_tickets", "subject"),
            ("crm_contacts", "title"),
        ):
            yield Fault(
                "T05",
                f"{table}.{column} with a {name}",
                quarantined(table, reason),
                partial(
                    Delivery.set, table=table, column=column, value=f"a{character}b"
                ),
            )
    for what, text in (
        ("200,000 characters", "x" * 200_000),
        ("emoji", "👩‍👩‍👧 Family & Söhne 🚀"),
        ("right to left", "חברה \u202egnp.exe عربي"),
    ):
        yield Fault(
            "T14",
            f"a name of {what}",
            accepted(
                "select count(*) = 1 from core.account_profiles "
                f"where account_name = '{text}'"
            ),
            partial(
                Delivery.set, table="crm_accounts", column="account_name", value=text
            ),
        )


def _numbers() -> Faults:
    for value in ("1,234.50", "1.234,50", "$1,200", "1 234.50", "(1200)", "12O0"):
        for table, column, kind in (
            ("billing_subscription_items", "unit_price", "price"),
            ("billing_invoices", "total_amount", "money"),
            ("crm_opportunities", "amount", "money"),
        ):
            for share, wanted in (
                (ONE, quarantined(table, f"not_a_{kind}:{column}")),
                (THIRD, blocked(table)),
            ):
                if value != "1,234.50" and table != "billing_subscription_items":
                    continue
                yield Fault(
                    "T06",
                    f"{table}.{column} = {value!r}, {share}",
                    either(wanted, blocked(table)) if share == ONE else wanted,
                    partial(
                        Delivery.set,
                        table=table,
                        column=column,
                        value=value,
                        share=share,
                    ),
                )
    for value in ("N/A", "null", "-", "#REF!", "inf", "nan", "0x10", "１２"):  # noqa: RUF001
        for table, column, kind in (
            ("usage_daily", "active_users", "integer"),
            ("crm_opportunities", "amount", "money"),
            ("crm_csms", "weekly_hours", "number"),
        ):
            wanted = quarantined(table, f"not_a_{kind}:{column}")
            if table == "crm_csms":
                wanted = either(wanted, OWNERS_LOST)
            yield Fault(
                "T08",
                f"{table}.{column} = {value!r}",
                wanted,
                partial(Delivery.set, table=table, column=column, value=value),
            )
    yield Fault(
        "T08",
        "usage_daily.active_users = 'N/A', 1 %",
        quarantined("usage_daily", "not_a_integer:active_users"),
        partial(
            Delivery.set,
            table="usage_daily",
            column="active_users",
            value="N/A",
            share=PERCENT,
        ),
    )
    for table, column, kind in (
        ("usage_daily", "events", "integer"),
        ("crm_accounts", "employee_count", "integer"),
        ("crm_opportunities", "amount", "money"),
    ):
        for value in ("9223372036854775808", "1e30", "9" * 50):
            yield Fault(
                "T13",
                f"{table}.{column} = {value[:19]}",
                quarantined(table, f"not_a_{kind}:{column}"),
                partial(Delivery.set, table=table, column=column, value=value),
            )
    for table, column, change in (
        ("usage_daily", "active_users", lambda value: f"{value}.0"),
        ("billing_subscription_items", "quantity", lambda value: f"{value}.00"),
        ("billing_invoices", "total_amount", lambda value: f"{value}00"),
    ):
        yield Fault(
            "F03",
            f"{table}.{column} with decimals",
            accepted(),
            partial(_rewritten, table=table, column=column, change=change),
        )


def _rewritten(delivery: Delivery, table: str, column: str, change) -> None:
    rows = delivery.rows(table)
    for row in rows:
        row[column] = change(row[column]) if row[column] else ""
    delivery.write(table, rows)


def _booleans() -> Faults:
    words = {"true": ["Y", "1", "TRUE", "yes", "T"], "false": ["N", "0", "FALSE", "no"]}
    for table, column in (
        ("billing_subscriptions", "auto_renews"),
        ("billing_products", "is_self_service"),
        ("support_tickets", "is_escalated"),
    ):
        yield Fault(
            "T09",
            f"{table}.{column} in other words",
            accepted(),
            partial(_in_other_words, table=table, column=column, words=words),
        )
        yield Fault(
            "T09",
            f"{table}.{column} = 'oui'",
            either(quarantined(table, f"not_a_boolean:{column}"), blocked(table)),
            partial(Delivery.set, table=table, column=column, value="oui"),
        )


def _in_other_words(
    delivery: Delivery, table: str, column: str, words: dict[str, list[str]]
) -> None:
    rows = delivery.rows(table)
    for number, row in enumerate(rows):
        if row[column]:
            choices = words[row[column]]
            row[column] = choices[number % len(choices)]
    delivery.write(table, rows)


def _ids() -> Faults:
    for table, column in (
        ("usage_daily", "account_id"),
        ("crm_accounts", "account_id"),
        ("billing_customers", "account_id"),
        ("billing_subscription_items", "subscription_id"),
        ("billing_invoices", "subscription_id"),
        ("crm_account_owners", "csm_id"),
        ("billing_subscriptions", "billing_customer_id"),
    ):
        yield Fault(
            "T11",
            f"{table}.{column}: leading zeros lost",
            blocked(table),
            partial(_zeros_lost, table=table, column=column),
        )


def _zeros_lost(delivery: Delivery, table: str, column: str) -> None:
    """Give every table ids of digits alone, then take the zeros from one."""
    numbers: dict[str, str] = {}

    def number(id: str) -> str:
        return numbers.setdefault(id, f"{len(numbers) + 1:06d}") if id else ""

    delivery.in_all_tables(column, number)
    if column == "account_id":
        for other in ("parent_account_id", "merged_into_account_id"):
            delivery.in_all_tables(other, number)
    _rewritten(delivery, table, column, lambda value: value.lstrip("0"))
