"""Adversarial texts: kept as they are, and never anything but text."""

from __future__ import annotations

from functools import partial

from benchmarks.faults.delivery import Delivery
from benchmarks.faults.expected import accepted
from benchmarks.faults.fault import Fault, Faults
from bowtie.sql_text import literals

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
    "a formula": '=HYPERLINK("http://x.example")',
    "a plus": "+1+1",
    "a minus": "-1+1",
    "an at": "@SUM(A1)",
    "a tab and a formula": "\t=1+1",
    "a path": "../../etc/passwd",
    "an absolute path": "/etc/passwd",
    "right to left": "Acme \u202egpj.exe",
    "zero width": "Ac\u200bme\u200d",
    "look-alikes": "Асmе",  # noqa: RUF001
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
}

# Texts of which an id loses a part: what nobody sees means nothing (DECISIONS F1).
_INVISIBLE = ("a tab and a formula", "right to left", "zero width", "emoji")

# Where texts go in, and where they must come out.
_PLACES = (
    ("crm_accounts", "account_name", "core.account_profiles", "account_name"),
    ("crm_accounts", "region", "core.account_profiles", "region"),
    ("support_tickets", "subject", "staging.stg_support__tickets", "subject"),
    ("crm_csm_sentiment", "note", "staging.stg_crm__csm_sentiment", "note"),
    ("crm_contacts", "contact_name", "staging.stg_crm__contacts", "contact_name"),
    ("crm_success_plans", "objective", "health.success_plans", "objective"),
)


def faults() -> Faults:
    """Yield each place, with every text in a row of its own; ids; and file names."""
    for table, column, mart, mart_column in _PLACES:
        yield Fault(
            "X01",
            f"{table}.{column} is hostile",
            accepted(_all_are_there(mart, mart_column)),
            partial(_put_in, table=table, column=column),
            # On a later day thirty new regions are a renaming, whatever they say (F06).
            only_first=column == "region",
        )
    yield Fault(
        "X02",
        "an id is hostile",
        accepted(_all_are_there("staging.stg_support__tickets", "ticket_id")),
        partial(_put_in, table="support_tickets", column="ticket_id"),
    )
    for name in ("<script>.csv", "'; drop table x; --.csv", "$(x).csv", "x\ny.csv"):
        yield Fault(
            "X03",
            f"a file called {name!r}",
            accepted(note="not read"),
            partial(_with_file, name=name),
        )


def _all_are_there(mart: str, column: str) -> str:
    return (
        f"select count(distinct {column}) = {len(_kept(column))} "
        f"from {mart} where {column} in ({literals(_kept(column))})"
    )


def _kept(column: str) -> list[str]:
    """Return the texts that a column keeps; an id loses what nobody sees."""
    is_id = column.endswith("_id")
    return [text for what, text in TEXTS.items() if not (is_id and what in _INVISIBLE)]


def _put_in(delivery: Delivery, table: str, column: str) -> None:
    rows = delivery.rows(table)
    for row, text in zip(rows[30:], _kept(column), strict=False):
        row[column] = text
    delivery.write(table, rows)


def _with_file(delivery: Delivery, name: str) -> None:
    (delivery.folder / name).write_text("a,b\n1,2\n", encoding="utf-8")
