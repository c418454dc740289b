"""Structural faults: the file is not the table that its name promises."""

from __future__ import annotations

import csv
import io
import shutil
from functools import partial

from benchmarks.faults.delivery import ONE, THIRD, Delivery, Row
from benchmarks.faults.expected import accepted, blocked, quarantined
from benchmarks.faults.fault import Fault, Faults
from bowtie.sql_text import literal


def faults() -> Faults:
    """Yield S01 to S24."""
    yield from _columns()
    yield from _swaps()
    yield from _layout()
    yield from _whole_files()
    yield from _several_files()
    yield from _limits()


def _columns() -> Faults:
    for table, column in (
        ("crm_accounts", "account_name"),
        ("billing_subscription_items", "unit_price"),
        ("usage_daily", "usage_date"),
        ("support_tickets", "account_id"),
    ):
        yield Fault(
            "S01",
            f"{table} without {column}",
            blocked(table, column),
            partial(_without, table=table, column=column),
        )
    for table, column in (
        ("billing_subscription_items", "discount_percent"),
        ("billing_subscription_items", "valid_to"),
        ("billing_subscriptions", "ended_on"),
        ("usage_daily", "active_users"),
    ):
        yield Fault(
            "S01",
            f"{table} without {column}, optional",
            blocked(table, column),
            partial(_without, table=table, column=column),
            only_later=True,
        )
    for table, column, new in (
        ("billing_subscription_items", "unit_price", "ARR_USD"),
        ("billing_invoices", "total_amount", "amount_usd"),
        ("crm_accounts", "account_name", "customer"),
        ("usage_daily", "active_users", "activeUsers"),
        ("billing_subscription_items", "quantity", "seats"),
        ("billing_subscription_items", "discount_percent", "discount"),
        ("billing_subscription_items", "valid_to", "end_date"),
        ("billing_subscriptions", "ended_on", "cancelled_at"),
    ):
        yield Fault(
            "S02",
            f"{table}: {column} is called {new}",
            blocked(table, column),
            partial(_renamed, table=table, column=column, new=new),
        )
    for name in ("extra", "<script>alert(1)</script>", "'; drop table accounts; --"):
        yield Fault(
            "S05",
            f"one more column: {name}",
            accepted(note="not in the contract"),
            partial(_with_column, table="crm_accounts", name=name),
        )


def _without(delivery: Delivery, table: str, column: str) -> None:
    rows = delivery.rows(table)
    delivery.write(table, rows, [name for name in rows[0] if name != column])


def _renamed(delivery: Delivery, table: str, column: str, new: str) -> None:
    delivery.edit(table, lambda text: text.replace(column, new, 1))


def _with_column(delivery: Delivery, table: str, name: str) -> None:
    rows = [{name: "something", **row} for row in delivery.rows(table)]
    delivery.write(table, rows)


def _swaps() -> Faults:
    yield Fault(
        "S03",
        "columns in the opposite order",
        accepted(),
        lambda delivery: delivery.write(
            "billing_subscription_items",
            rows := delivery.rows("billing_subscription_items"),
            reversed(rows[0]),
        ),
    )
    for table, one, other in (
        ("billing_subscription_items", "quantity", "unit_price"),
        ("billing_subscription_items", "valid_from", "valid_to"),
        ("billing_subscriptions", "started_on", "current_term_end"),
        ("billing_subscriptions", "subscription_id", "billing_customer_id"),
        ("crm_accounts", "account_id", "account_name"),
        ("billing_invoices", "issued_on", "due_on"),
        ("billing_invoice_lines", "period_start", "period_end"),
        ("usage_daily", "usage_date", "events"),
        ("usage_daily", "active_users", "events"),
        ("support_tickets", "created_at", "solved_at"),
        ("support_tickets", "created_at", "first_responded_at"),
        ("usage_daily", "sessions", "events"),
        ("usage_features_daily", "active_users", "events"),
        ("usage_features_daily", "account_id", "feature"),
        ("crm_accounts", "account_name", "industry"),
        ("crm_contacts", "contact_name", "email"),
        ("crm_contacts", "contact_id", "contact_name"),
        ("crm_contacts", "account_id", "contact_id"),
        ("crm_opportunities", "created_at", "expected_close_date"),
        ("billing_invoices", "subscription_id", "billing_customer_id"),
        ("support_tickets", "category", "priority"),
    ):
        yield Fault(
            "S04",
            f"{table}: headers of {one} and {other} swapped",
            blocked(table),
            partial(_swapped, table=table, one=one, other=other),
        )


def _swapped(delivery: Delivery, table: str, one: str, other: str) -> None:
    rows = delivery.rows(table)
    names = {one: other, other: one}
    delivery.write(
        table,
        [{names.get(name, name): value for name, value in row.items()} for row in rows],
        rows[0],
    )
    header, _, rest = _text_of(rows).partition("\n")
    swapped = ",".join(names.get(name, name) for name in header.split(","))
    delivery.put(table, f"{swapped}\n{rest}".encode())


def _text_of(rows: list[Row], **options: str) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n", **options)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _layout() -> Faults:
    for table in ("crm_accounts", "usage_daily", "billing_exchange_rates"):
        yield Fault(
            "S07",
            f"{table} without header",
            blocked(table),
            partial(Delivery.edit, table=table, change=lambda t: t.split("\n", 1)[1]),
        )
    for delimiter in (";", "\t", "|"):
        yield Fault(
            "S08",
            f"fields separated by {delimiter!r}",
            blocked("crm_accounts"),
            partial(_delimited, table="crm_accounts", delimiter=delimiter),
        )
    yield Fault(
        "S08",
        "usage_daily separated by tabs",
        blocked("usage_daily"),
        partial(_delimited, table="usage_daily", delimiter="\t"),
    )
    for share, wanted in (
        (ONE, quarantined("usage_daily", "too_")),
        (THIRD, blocked("usage_daily", "rows cannot be read")),
    ):
        for more in (True, False):
            yield Fault(
                "S09",
                f"{share} with a field {'more' if more else 'less'}",
                wanted,
                partial(_ragged, table="usage_daily", share=share, more=more),
            )
    for table in ("crm_accounts", "support_tickets"):
        yield Fault(
            "S10",
            f"{table}: a quote is not closed",
            blocked(table, "line"),
            partial(_unclosed, table=table),
        )
    for name in ("two\nlines", "a, comma", 'a "quote"', "two\r\nlines"):
        yield Fault(
            "S11",
            f"a name with {name!r}",
            accepted(_is_named(name)),
            partial(_named, name=name),
        )
    for kind, end in (("CRLF", "\r\n"), ("CR", "\r")):
        yield Fault(
            "S12",
            f"lines end with {kind}",
            accepted(),
            partial(
                Delivery.edit,
                table="billing_subscription_items",
                change=lambda text, end=end: text.replace("\r\n", end),
            ),
        )
    yield Fault("S12", "lines end in mixed ways", accepted(), _mixed_line_ends)
    for header in (True, False):
        yield Fault(
            "S23",
            f"a comma ends every line{', header too' if header else ''}",
            accepted(),
            partial(_last_comma, header=header),
        )


def _delimited(delivery: Delivery, table: str, delimiter: str) -> None:
    text = _text_of(delivery.rows(table), delimiter=delimiter)
    delivery.put(table, text.encode())


def _ragged(delivery: Delivery, table: str, share: str, more: bool) -> list[str]:
    header, *lines = delivery.path(table).read_text("utf-8").splitlines()
    step = len(lines) if share == ONE else 3
    numbers = (
        range(len(lines) // 2, len(lines), step)
        if step > 3
        else range(0, len(lines), 3)
    )
    for number in numbers:
        line = lines[number]
        lines[number] = f"{line},1" if more else line.rpartition(",")[0]
    delivery.put(table, "\n".join([header, *lines, ""]).encode())
    return [lines[number] for number in numbers]


def _unclosed(delivery: Delivery, table: str) -> None:
    header, *lines = delivery.path(table).read_text("utf-8").splitlines()
    line = lines[len(lines) // 2]
    lines[len(lines) // 2] = line.replace(",", ',"', 2).replace(',"', ",", 1)
    delivery.put(table, "\n".join([header, *lines, ""]).encode())


def _named(delivery: Delivery, name: str) -> list[Row]:
    return delivery.set("crm_accounts", "account_name", name)


def _is_named(name: str) -> str:
    return (
        "select count(*) = 1 from core.account_profiles "
        f"where account_name = {literal(name)}"
    )


def _mixed_line_ends(delivery: Delivery) -> None:
    lines = delivery.path("crm_accounts").read_text("utf-8").splitlines()
    ends = ["\r\n", "\n", "\r"]
    text = "".join(line + ends[number % 3] for number, line in enumerate(lines))
    delivery.put("crm_accounts", text.encode())


def _last_comma(delivery: Delivery, header: bool) -> None:
    first, *lines = delivery.path("crm_accounts").read_text("utf-8").splitlines()
    first = f"{first}," if header else first
    text = "\n".join([first, *(f"{line}," for line in lines), ""])
    delivery.put("crm_accounts", text.encode())


def _whole_files() -> Faults:
    error_page = b"<!DOCTYPE html><html><body>503 Service Unavailable</body></html>\n"
    for table in ("crm_accounts", "support_tickets"):
        for id, what, content in (
            ("S13", "of zero bytes", b""),
            ("S15", "is an HTML page", error_page),
            ("S15", "is JSON", b'{"error": "unauthorized"}\n'),
        ):
            yield Fault(
                id,
                f"{table} {what}",
                blocked(table),
                partial(Delivery.put, table=table, content=content),
            )
        yield Fault(
            "S14",
            f"{table} is a header alone",
            blocked(table),
            partial(
                Delivery.edit,
                table=table,
                change=lambda text: text.split("\n")[0] + "\n",
            ),
        )
    yield Fault(
        "S15",
        "support_tickets holds crm_contacts",
        blocked("support_tickets"),
        lambda delivery: shutil.copy(
            delivery.path("crm_contacts"), delivery.path("support_tickets")
        ),
    )
    for share in (0.5, 0.97):
        yield Fault(
            "S18",
            f"cut off after {share:.0%} of the bytes",
            blocked("billing_invoices"),
            partial(_cut, share=share),
        )
        yield Fault(
            "S18",
            f"cut off after {share:.0%} of the rows",
            blocked("usage_daily"),
            partial(_cut_rows, share=share),
        )


def _cut(delivery: Delivery, share: float) -> None:
    delivery.write_manifest()
    content = delivery.path("billing_invoices").read_bytes()
    delivery.put("billing_invoices", content[: int(share * len(content))])


def _cut_rows(delivery: Delivery, share: float) -> None:
    delivery.write_manifest()
    rows = delivery.rows("usage_daily")
    delivery.write("usage_daily", rows[: int(share * len(rows))])


def _several_files() -> Faults:
    yield Fault("S17", "a file of a folder twice", accepted(), _twice_in_a_folder)
    yield Fault("S17", "a file under a second name", accepted(), _twice_beside)
    yield Fault(
        "S20",
        "two files of one day disagree",
        blocked("usage_daily", "disagree"),
        _disagreeing,
    )
    for table, column in (
        ("crm_accounts", "account_id"),
        ("billing_customers", "account_id"),
        ("usage_daily", "account_id"),
        ("billing_subscription_items", "subscription_id"),
        ("billing_invoices", "subscription_id"),
        ("billing_subscription_items", "product_id"),
    ):
        yield Fault(
            "S21",
            f"{table} with {column}s of a sandbox",
            blocked(table, column),
            partial(_of_a_sandbox, table=table, column=column),
        )


def _twice_in_a_folder(delivery: Delivery) -> None:
    folder = delivery.folder / "support_tickets"
    folder.mkdir()
    shutil.copy(delivery.path("support_tickets"), folder / "tickets (1).csv")
    delivery.path("support_tickets").rename(folder / "tickets.csv")


def _twice_beside(delivery: Delivery) -> None:
    copy = delivery.folder / "crm_accounts (1).csv"
    shutil.copy(delivery.path("crm_accounts"), copy)


def _disagreeing(delivery: Delivery) -> None:
    rows = delivery.rows("usage_daily")
    folder = delivery.folder / "usage_daily"
    delivery.write("usage_daily", rows, path=folder / "2025-11-23_a.csv")
    rows[7]["events"] = str(int(rows[7]["events"]) + 1)
    delivery.write("usage_daily", rows[:50], path=folder / "2025-11-23_b.csv")
    delivery.path("usage_daily").unlink()


def _of_a_sandbox(delivery: Delivery, table: str, column: str) -> None:
    rows = delivery.rows(table)
    for row in rows:
        row[column] = f"SBX{row[column]}" if row[column] else ""
    delivery.write(table, rows)


def _limits() -> Faults:
    zipped = {"gzip": b"\x1f\x8b\x08", "zip": b"PK\x03\x04", "Parquet": b"PAR1"}
    for kind, start in zipped.items():
        yield Fault(
            "S24",
            f"{kind} under a CSV's name",
            blocked("usage_daily"),
            partial(Delivery.put, table="usage_daily", content=start + bytes(4096)),
        )
    yield Fault(
        "S24",
        "a field of 100 MB",
        blocked("crm_accounts", "longer"),
        lambda delivery: _named(delivery, "x" * 100_000_000),
    )
    yield Fault(
        "S24",
        "10,000 columns",
        blocked("crm_advocacy", "columns"),
        lambda delivery: delivery.edit(
            "crm_advocacy",
            lambda text: text.replace(
                "account_id",
                ",".join(["account_id", *(f"x{n}" for n in range(10_000))]),
                1,
            ),
        ),
    )
