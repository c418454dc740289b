"""Adversarial texts: kept as they are, and never anything but text."""

from __future__ import annotations

from functools import partial

from benchmarks.faults.delivery import Delivery
from benchmarks.faults.expected import accepted
from benchmarks.faults.fault import Fault, Faults

TEXTS = {
    "a script": "<script>alert(1)</script>",
    "an image": "<img src=x onerror=alert(1)>",
    "a script's end": "</script><script>alert(1)</script>",
    "a link": "[x](javascript:alert(1))",
    "a table's end": "</td></table>",
    "a style": "<style>@import url(//x.example)</style>",
    "a template": "{{ 7*7 }} {% raw %} {# #}",
    "SQL": "'; drop table core.accounts; --",
    "quotes": "\"'`$$",
    "a formula": "=HYPERLINK(\"http://x.example\")",
    "a plus": "+1+1",
    "a minus": "-1+1",
    "an at": "@SUM(A1)",
    "a tab and a formula": "\t=1+1",
    "a path": "../../etc/passwd",
    "an absolute path": "/etc/passwd",
    "right to left": "Acme \u202egpj.exe",
    "zero width": "Ac\u200bme\u200d",
    "look-alikes": "Асmе",
    "ANSI": "\x1b[31mred\x1b[0m\x1b]0;title",
    "a new line": "one\ntwo",
    "NULL": "NULL",
    "nan": "nan",
    "None": "None",
    "true": "true",
    "emoji": "🚀👩‍👧",
    "combining marks": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L",
    "a ReDoS": "a" * 5_000 + "!",
    "a command": "$(touch /tmp/owned) `id`",
    "a glob": "*?[]{}%_\\",
    "200,000 characters": "<b>" * 66_667,
}  # fmt: skip

# Where a text goes in, and where it must come out.
_PLACES = (
    ("crm_accounts", "account_name", "core.account_profiles", "account_name"),
    ("crm_accounts", "region", "core.account_profiles", "region"),
    ("crm_csms", "csm_name", "core.csms", "csm_name"),
    ("support_tickets", "subject", "staging.stg_support__tickets", "subject"),
    ("crm_csm_sentiment", "note", "staging.stg_crm__csm_sentiment", "note"),
    ("billing_products", "product_family", "revenue.retention", "slice_value"),
)


def faults() -> Faults:
    """Yield each text in each place."""
    for what, text in TEXTS.items():
        for table, column, mart, mart_column in _PLACES:
            literal = text.replace("'", "''")
            yield Fault(
                "X01", f"{table}.{column} is {what}",
                accepted(
                    f"select count(*) > 0 from {mart} where {mart_column} = '{literal}'"
                ),
                partial(_set, table=table, column=column, value=text),
            )  # fmt: skip
        yield Fault(
            "X02", f"an id is {what}", accepted("select true"),
            partial(_as_id, value=text),
        )  # fmt: skip
    for name in (
        "<script>.csv",
        "'; drop table x; --.csv",
        "$(touch x).csv",
        "x\ny.csv",
    ):
        yield Fault(
            "X03", f"a file called {name!r}", accepted(note="not read"),
            lambda delivery, name=name: (delivery.folder / name).write_text("a,b\n1,2\n"),
        )  # fmt: skip


def _set(delivery: Delivery, table: str, column: str, value: str) -> None:
    if column == "product_family":
        chosen = {"team", "business", "enterprise"}
        delivery.change(
            table, lambda row: row.update({column: value}), "30 %",
            where=lambda row: row["product_id"] in chosen,
        )  # fmt: skip
    else:
        delivery.set(table, column, value)


def _as_id(delivery: Delivery, value: str) -> None:
    delivery.set("support_tickets", "ticket_id", value)
