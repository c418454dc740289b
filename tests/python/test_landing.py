"""Every structural fault gets its reaction, with the file and the remedy named.

The company below is clean and small. Each test spoils one thing in it; a benign
variation must pass, a fault must be named.
"""

import csv
import hashlib
import io
import json
import os
import random
import re
import stat
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowtie.contract import raw_contract
from bowtie.landing import LandingError, changed_files, land, limits
from bowtie.landing.across import CSV_OPTIONS
from bowtie.landing.csv_file import check_csv, copy_csv
from bowtie.landing.out import Refusals
from bowtie.landing.results import CheckedFile, shown

ACCOUNTS = 120
# The tests read back what land() may accept.
csv.field_size_limit(limits.FIELD_CHARACTERS)


def clean_company() -> dict[str, str]:
    """Return {file name: CSV text} of a small company without a fault."""
    ids = [f"A-{number:04d}" for number in range(1, ACCOUNTS + 1)]
    return {
        "crm_accounts.csv": text_of(
            ["account_id", "account_name", "region", "employee_count", "created_at"],
            [
                [id_, f"Acme {id_}", "EMEA", 10 + n, f"2023-01-{n % 28 + 1:02d}"]
                for n, id_ in enumerate(ids)
            ],
        ),
        "billing_subscriptions.csv": text_of(
            ["subscription_id", "account_id", "started_on", "ended_on", "auto_renews"],
            [
                [
                    f"S-{id_}",
                    id_,
                    f"2023-02-{n % 28 + 1:02d}",
                    "2024-02-01" if n % 3 == 0 else "",
                    "true",
                ]
                for n, id_ in enumerate(ids)
            ],
        ),
        "billing_subscription_items.csv": text_of(
            [
                "subscription_item_id",
                "subscription_id",
                "quantity",
                "unit_price",
                "billing_interval",
            ],
            [
                [f"I-{id_}", f"S-{id_}", n % 20 + 1, f"{99 + n}.00", "month"]
                for n, id_ in enumerate(ids)
            ],
        ),
        "support_tickets.csv": text_of(
            ["ticket_id", "account_id", "subject", "created_at", "solved_at"],
            [
                [f"T-{n}", id_, f"It, and how\n{n}", "2024-01-02 10:00:00", ""]
                for n, id_ in enumerate(ids)
            ],
        ),
    }


def text_of(header: list[str], rows: list[list[object]], ends: str = "\n") -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=ends).writerows([header, *rows])
    return stream.getvalue()


def split(table: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    return table[0], table[1:]


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


class Delivery:
    """A raw folder to spoil, and the landing of it."""

    def __init__(self, base: Path) -> None:
        self.raw = base / "raw"
        self.landing_dir = base / "landing"
        self.raw.mkdir()
        for name, text in clean_company().items():
            self.write(name, text)

    def text(self, name: str) -> str:
        return (self.raw / name).read_bytes().decode()

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def edit(self, name: str, old: str, new: str, count: int = -1) -> None:
        text = self.text(name)
        assert old in text
        self.write(name, text.replace(old, new, count))

    def reshape(self, name: str, change) -> None:
        """Apply `change` to every row of a CSV, the header included."""
        header, *rows = rows_of(self.text(name))
        self.write(name, text_of(change(header), [change(row) for row in rows]))

    def parquet(self, table: str, name: str | None = None, change=lambda t: t) -> None:
        header, *rows = rows_of(self.text(f"{table}.csv"))
        columns = zip(*rows, strict=True)
        data = pa.table(
            {
                column: [value or None for value in values]
                for column, values in zip(header, columns, strict=True)
            }
        )
        (self.raw / f"{table}.csv").unlink()
        path = self.raw / (name or f"{table}.parquet")
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(change(data), path)

    def land(self):
        return land(self.raw, self.landing_dir)

    def problems(self) -> list[str]:
        with pytest.raises(LandingError) as raised:
            self.land()
        problems = raised.value.problems
        assert problems
        for problem in problems:
            assert problem.isprintable(), repr(problem)
        return problems

    def problem(self) -> str:
        problems = self.problems()
        assert len(problems) == 1, problems
        return problems[0]

    def notes(self, table: str) -> str:
        landing = self.land()
        return "\n".join(landing.tables[table].notes)

    def refusals(self) -> list[list[str]]:
        return rows_of((self.landing_dir / "landing_refusals.csv").read_text())

    def loaded(self, table: str) -> list[dict[str, str | None]]:
        """Return a table's rows as SQL reads them: the copy where there is one."""
        for base in (self.landing_dir, self.raw):
            for pattern in (f"{table}.csv", f"{table}/**/*.csv"):
                if list(base.glob(pattern)):
                    relation = duckdb.sql(
                        f"select * from read_csv('{base / pattern}', {CSV_OPTIONS})"
                    )
                    names = relation.columns
                    return [
                        dict(zip(names, row, strict=True))
                        for row in relation.fetchall()
                    ]
        raise AssertionError(f"{table} is nowhere")


@pytest.fixture
def delivery(tmp_path: Path) -> Delivery:
    return Delivery(tmp_path)


def swap_header(first: int, second: int):
    """Return a change of text that swaps two names in the header only."""

    def change(text: str) -> str:
        header, *rows = rows_of(text)
        header[first], header[second] = header[second], header[first]
        return text_of(header, rows)

    return change


def lines_changed(change):
    """Return a change of text that applies `change` to each line."""
    return lambda text: "".join(
        change(line) + "\n" for line in text.removesuffix("\n").split("\n")
    )


A, S, ITEMS, T = (
    "crm_accounts.csv",
    "billing_subscriptions.csv",
    "billing_subscription_items.csv",
    "support_tickets.csv",
)

# (id, file, change of its text or bytes, words that the one problem must hold)
BLOCKED = [
    ("S01 column removed", A,
     lambda t: text_of(*split([[*row[:1], *row[2:]] for row in rows_of(t)])),
     ["'account_name' is required and missing", "add it"]),
    ("S02 required column renamed", A,
     lambda t: t.replace("account_name", "Acct_Name", 1),
     ["'account_name' is missing", "'acct_name'", "renamed?", "rename it"]),
    ("S02 renamed beyond likeness", A,
     lambda t: t.replace("account_name", "kunde", 1),
     ["'account_name' is required and missing", "'kunde'", "add it"]),
    ("S02 optional column renamed", ITEMS,
     lambda t: t.replace("quantity", "QUANTITY_USD", 1),
     ["'quantity' is missing", "'quantity_usd'", "rename it to 'quantity'"]),
    ("S02 optional column under another system's name", ITEMS,
     lambda t: t.replace("quantity", "Seats", 1),
     ["'quantity' is missing", "'seats'", "rename it to 'quantity'"]),
    *(
        (f"S02 {stripe} for {ours}", ITEMS,
         lambda t, stripe=stripe: t.replace("billing_interval",
                                            f"billing_interval,{stripe}", 1)
         .replace(",month", ",month,"),
         [f"'{ours}' is missing", f"'{stripe}'", f"rename it to '{ours}'"])
        for stripe, ours in [
            ("percent_off", "discount_percent"),
            ("discount_percentage", "discount_percent"),
            ("discount_pct", "discount_percent"),
            ("price_currency", "currency"),
            ("billing_currency", "currency"),
        ]
    ),
    *(
        (f"S02 {stripe} for trial_ends_on", S,
         lambda t, stripe=stripe: t.replace("auto_renews", f"auto_renews,{stripe}", 1)
         .replace(",true", ",true,"),
         ["'trial_ends_on' is missing", "rename it to 'trial_ends_on'"])
        for stripe in ("trial_end", "trial_ends_at", "trial_end_date")
    ),
    ("S02 the opposite of a column", S,
     lambda t: t.replace("auto_renews", "cancel_at_period_end", 1),
     ["'auto_renews' is missing", "'cancel_at_period_end' says its opposite",
      "true where 'cancel_at_period_end' is false"]),
    ("S02 unit in the name", ITEMS,
     lambda t: t.replace("unit_price", "unit_price_usd", 1),
     ["'unit_price'", "'unit_price_usd'", "rename it"]),
    ("dates as an office writes them", A,
     lambda t: re.sub(r"(\d{4})-(\d\d)-(\d\d)", r"\2/\3/\1", t),
     ["'created_at' holds dates in another form", "dates as 2024-12-31"]),
    ("prices with a comma for the point", ITEMS,
     lambda t: re.sub(r",(\d+)\.00,", r',"\1,00",', t),
     ["'unit_price' holds numbers in another form", "numbers as 1234.5"]),
    ("prices with thousands separated", ITEMS,
     lambda t: re.sub(r",(\d+)\.00,", r',"1,\g<1>.00",', t),
     ["'unit_price' holds numbers in another form", "separators of thousands"]),
    ("prices with a sign of currency", ITEMS,
     lambda t: re.sub(r",(\d+\.00),", r",$\1,", t),
     ["'unit_price' holds numbers in another form", "currency"]),
    ("S04 name over dates", A, swap_header(1, 4),
     ["'created_at' holds text", "'account_name' holds dates", "swapped"]),
    ("S04 number over dates", A, swap_header(3, 4),
     ["swapped", "Put each name over its own data"]),
    ("S04 seats over prices", ITEMS, swap_header(2, 3),
     ["'quantity'", "'unit_price'", "swapped"]),
    ("S04 start over end", S, lambda t: swap_header(2, 3)(
        t.replace(",,true", ",2024-03-01,true")),
     ["'ended_on' is before 'started_on'", "swapped"]),
    ("S04 ids", T, swap_header(0, 1),
     ["only 0 of 120 account_ids are in crm_accounts"]),
    ("S07 no header", A, lambda t: t.partition("\n")[2],
     ["line 1: no header", "must name the columns", "'account_id'"]),
    ("S08 semicolons", A, lambda t: t.replace(",", ";"),
     ["semicolons", "save the file with commas"]),
    ("S08 tabs", A, lambda t: t.replace(",", "\t"), ["tabs", "commas"]),
    ("S08 pipes, quoted", A,
     lambda t: lines_changed(lambda line: f'"{line}"'.replace(",", '"|"'))(t),
     ["pipes", "commas"]),
    ("S09 many ragged rows", A, lambda t: t.replace(",EMEA", ",EMEA,x", 9),
     ["9 of 120 rows", "more than 1%", "landing_refusals.csv"]),
    ("S10 unclosed quote, no other", A,
     lambda t: t.replace(",Acme A-0007", ',"Acme A-0007', 1),
     ["line 8", "quote", "not closed", "close it"]),
    ("S10 unclosed quote before others", T,
     lambda t: t.replace("T-7,", '"T-7,', 1),
     ["line 16", "quote", "not closed", "close it"]),
    ("S13 zero bytes", A, lambda t: "", ["empty", "deliver it again"]),
    ("S13 only line ends", A, lambda t: "\n" * 9000, ["empty", "deliver it again"]),
    ("S14 header only, required", A, lambda t: t.partition("\n")[0] + "\n",
     ["no rows", "deliver it again"]),
    ("S14 header only, optional", T, lambda t: t.partition("\n")[0] + "\n",
     ["no rows", "leave the file out"]),
    ("S15 HTML", A, lambda t: "<!DOCTYPE html>\n<html><body>Sign in, please</body>",
     ["HTML", "export the table again"]),
    ("S15 JSON", A, lambda t: '[{"account_id": "A-0001", "account_name": "x"}]',
     ["JSON", "save the table as CSV"]),
    ("S18 cut in a row", A, lambda t: t[: len(t) // 2].rpartition(",")[0],
     ["middle of a row", "cut off", "deliver it again"]),
    ("S18 cut in a character", A,
     lambda t: t.encode() + "A-1,Caf\u00e9".encode()[:-1],
     ["middle of a character", "cut off"]),
    ("duplicate header", A, lambda t: t.replace("region", "account_id", 1),
     ["'account_id' is there more than once"]),
    ("duplicate header but for case", A, lambda t: t.replace("region", "Account_ID", 1),
     ["'account_id' is there more than once"]),
    ("T02 latin-1", A, lambda t: t.replace("Acme", "Caf\u00e9").encode("latin-1"),
     ["line 2", "not UTF-8", "latin-1", "save the file as UTF-8"]),
    ("T02 cp1252", A, lambda t: t.replace("Acme", "5\u20ac").encode("cp1252"),
     ["line 2", "not UTF-8", "cp1252", "save the file as UTF-8"]),
    ("T03 UTF-16", A, lambda t: t.encode("utf-16"), ["UTF-16", "as UTF-8"]),
    ("T03 UTF-16 without a mark", A, lambda t: t.encode("utf-16-le"),
     ["UTF-16", "as CSV in UTF-8"]),
    ("S21 another environment", T, lambda t: t.replace(",A-", ",SBX-"),
     ["only 0 of 120 account_ids are in crm_accounts", "one environment"]),
    ("S24 gzip named csv", A, lambda t: b"\x1f\x8b\x08" + b"x" * 99,
     ["gzip", "unpack it"]),
    ("S24 spreadsheet named csv", A, lambda t: b"PK\x03\x04" + b"x" * 99,
     ["spreadsheet", "save it as CSV"]),
    ("S24 long value", A,
     lambda t: t.replace("Acme A-0003", "x" * (limits.FIELD_CHARACTERS + 1), 1),
     ["line 4", "longer than 1,000,000 characters"]),
    ("S24 long quoted value", A,
     lambda t: t.replace("Acme A-0003", f'"{"x" * 30_000_000}"', 1),
     ["line 4", "longer than 2 MB"]),
    ("S24 long row", A,
     lambda t: t.replace("Acme A-0003", "\u20ac" * 900_000, 1),
     ["line 4", "the row is longer than 2 MB"]),
    ("S24 many columns", A,
     lambda t: t.replace("\n", "".join(f",c{n}" for n in range(10_000)) + "\n", 1),
     ["10,005 columns", "more than 500"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [case[1:] for case in BLOCKED if case[3]],
    ids=[case[0] for case in BLOCKED if case[3]],
)
def test_a_fault_blocks_with_file_and_remedy(delivery, name, change, words):
    delivery.write(name, change(delivery.text(name)))
    problem = delivery.problem()
    assert problem.startswith(name) or problem.startswith(name.removesuffix(".csv"))
    for word in words:
        assert word in problem, problem


# (file, header, a row of an account, columns whose names stand over each other's data)
SWAPPED = [
    ("usage_daily.csv",
     ["account_id", "usage_date", "active_users", "sessions", "events"],
     lambda n: ["2024-01-02", 1 + n % 5, 6 + n % 5, 19 * (n + 1)],
     ("active_users", "events")),
    ("usage_daily.csv", ["account_id", "usage_date", "active_users", "sessions"],
     lambda n: ["2024-01-02", 1 + n % 5, 2 + n % 5], ("active_users", "sessions")),
    ("support_tickets.csv",
     ["ticket_id", "account_id", "created_at", "first_responded_at"],
     lambda n: ["2024-01-02 10:00:00", f"2024-01-02 11:{n % 60:02d}:00"],
     ("created_at", "first_responded_at")),
    ("crm_contacts.csv", ["contact_id", "account_id", "contact_name", "title"],
     lambda n: [f"Ada {n}", f"Head of {n % 3}"], ("contact_name", "title")),
    ("crm_contacts.csv", ["contact_id", "account_id", "contact_name", "title"],
     lambda n: [f"Ada {n}", "Head"], ("contact_id", "contact_name")),
    ("crm_contacts.csv", ["contact_id", "account_id", "contact_name", "email"],
     lambda n: [f"Ada {n}", f"ada{n}@x.example"], ("contact_name", "email")),
    ("crm_accounts.csv",
     ["account_id", "account_name", "industry", "domain", "created_at"],
     lambda n: [f"Acme {n}", f"Kind {n % 3}", f"acme{n}.example", "2023-01-02"],
     ("account_name", "domain")),
    ("crm_accounts.csv",
     ["account_id", "account_name", "industry", "domain", "created_at"],
     lambda n: [f"Acme {n}", f"Kind {n % 3}", f"acme{n}.example", "2023-01-02"],
     ("account_name", "industry")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "header", "row", "pair"),
    SWAPPED,
    ids=["/".join(case[3]) for case in SWAPPED],
)
def test_header_over_another_column_s_data_blocks(delivery, name, header, row, pair):
    first = header.index("account_id")
    rows = [
        [*[f"X{n}"] * first, f"A-{n + 1:04d}", *map(str, row(n))]
        for n in range(ACCOUNTS)
    ]
    delivery.write(name, text_of(header, rows))
    delivery.land()
    swapped = swap_header(*map(header.index, pair))
    delivery.write(name, swapped(delivery.text(name)))
    problem = delivery.problem()
    assert all(f"'{column}'" in problem for column in pair), problem
    assert "swapped" in problem


def test_a_day_is_not_before_an_hour_of_it(delivery):
    rows = [
        [f"O{n}", f"A-{n + 1:04d}", "2024-01-02 10:00:00", "2024-01-02"]
        for n in range(ACCOUNTS)
    ]
    header = ["opportunity_id", "account_id", "created_at", "expected_close_date"]
    rows = [[*row, "expansion", "open", "10.00"] for row in rows]
    header += ["opportunity_type", "stage", "amount"]
    delivery.write("crm_opportunities.csv", text_of(header, rows))
    delivery.land()


def test_names_that_were_blacked_out_are_no_labels(delivery):
    rows = [[f"C{n}", f"A-{n + 1:04d}", "removed", f"Job {n}"] for n in range(ACCOUNTS)]
    header = ["contact_id", "account_id", "contact_name", "title"]
    delivery.write("crm_contacts.csv", text_of(header, rows))
    delivery.land()


def test_a_clean_company_lands_without_a_remark(delivery):
    landing = delivery.land()
    assert [table.notes for table in landing.tables.values()] == [(), (), (), ()]
    assert landing.notes == (
        "optional tables not there: "
        + ", ".join(
            name
            for name in raw_contract()
            if not (delivery.raw / f"{name}.csv").exists()
        )
        + "; what depends on them stays empty",
    )
    accounts = landing.tables["crm_accounts"]
    content = (delivery.raw / A).read_bytes()
    assert accounts.rows == ACCOUNTS and accounts.bytes == len(content)
    assert accounts.files[0].sha256 == hashlib.sha256(content).hexdigest()
    assert accounts.columns[:2] == ("account_id", "account_name")
    assert not any(table.copied for table in landing.tables.values())
    assert delivery.refusals() == [["table_name", "file_name", "line_number", "reason"]]
    assert json.loads(json.dumps(landing.to_json()))["tables"]["crm_accounts"]["rows"]


# (id, file, change, words of its note or None for none, read through a copy)
ACCEPTED = [
    ("S03 columns swapped with data", A,
     lambda t: text_of(*split([row[::-1] for row in rows_of(t)])), None, False),
    ("S05 extra column", A, lambda t: lines_changed(lambda line: line + ",x")(t),
     "column 'x' is not in the contract", False),
    ("S05 extra column named like an attack", A,
     lambda t: lines_changed(lambda line: line + ",\x1b[31m'; drop table x")(t),
     r"'\x1b[31m'; drop table x'", False),
    ("S12 CRLF", A, lambda t: text_of(*split(rows_of(t)), ends="\r\n"), None, False),
    ("S12 CRLF around LF in values", T,
     lambda t: text_of(*split(rows_of(t)), ends="\r\n"), "mixed line ends", True),
    ("S12 CR", T, lambda t: t.replace("\n", "\r"), "CR line ends", True),
    ("S12 mixed", T, lambda t: t.replace("\n", "\r\n", 7), "mixed line ends", True),
    ("S23 comma after every line", A,
     lambda t: lines_changed(lambda line: line + ",")(t),
     "a column without a name", False),
    ("S23 comma after rows only", A, lambda t: t.replace("\n", ",\n").replace(
        ",\n", "\n", 1), "a comma at the end of every line", True),
    ("S23 comma after the header only", A, lambda t: t.replace("\n", ",\n", 1),
     "a comma at the end of every line", True),
    ("header in another case", A, lambda t: t.replace("region", " Region ", 1),
     "case and spaces around it ignored", True),
    ("blank lines first", A, lambda t: "\n\n" + t, "blank lines", True),
    ("blank lines between and last", A, lambda t: t.replace("\nA-0007", "\n\nA-0007")
     + "\n\n", None, False),
    ("white space before a quote", A, lambda t: t.replace("Acme A-0007", ' "Acme"', 1),
     "white space before a quote", True),
    ("T01 byte-order mark", A, lambda t: "\ufeff" + t, None, False),
    ("T01 with a quoted header", A,
     lambda t: "\ufeff" + lines_changed(
         lambda line: '"' + line.replace(",", '","') + '"')(t), None, False),
    ("T06 money with units here and there is for staging", ITEMS,
     lambda t: t.replace(".00,", ".00 USD,", 60), None, False),
    ("T08 no values is staging's", A, lambda t: t.replace(",EMEA,1", ",EMEA,N/A", 40),
     None, False),
    ("T14 emoji and right to left", A, lambda t: t.replace("Acme", "\U0001f600\u202e"),
     None, False),
    ("D01 other dates here and there are staging's", A,
     lambda t: t.replace("2023-01-", "01/02/", 60), None, False),
    ("a very long name", A, lambda t: t.replace("Acme A-0009", "x" * 200_000, 1),
     None, False),
    ("no line end at the end", A, lambda t: t.removesuffix("\n"), None, False),
    ("K07 ids with spaces and case", T, lambda t: t.replace(",A-", ",\u00a0a-"),
     None, False),
    ("R01 a third is unknown", T, lambda t: t.replace(",A-000", ",X-000").replace(
        ",A-001", ",X-001"), None, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "change", "note", "copied"),
    [case[1:] for case in ACCEPTED],
    ids=[case[0] for case in ACCEPTED],
)
def test_a_benign_variation_is_accepted(delivery, name, change, note, copied):
    table = name.removesuffix(".csv")
    delivery.write(name, change(delivery.text(name)))
    landed = delivery.land().tables[table]
    assert landed.rows == ACCOUNTS and landed.refused == 0
    assert landed.copied is copied
    assert note in "\n".join(landed.notes) if note else not landed.notes
    expected = [row for row in rows_of(delivery.text(name).lstrip("\ufeff")) if row]
    names = [column.strip().lower() for column in expected[0]]
    for got, row in zip(delivery.loaded(table), expected[1:], strict=True):
        wanted = dict(zip(names, row, strict=False))
        for column in landed.columns:
            assert (got[column] or "") == wanted[column]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda t: t.replace(",EMEA", ",EMEA,x", 1), "too_many_fields"),
        (lambda t: t.replace(",EMEA", "", 1), "too_few_fields"),
        (lambda t: t.replace("Acme", "Ac\0me", 1), "nul_character"),
    ],
)
def test_a_row_that_cannot_be_read_is_set_aside(delivery, change, reason):
    delivery.write(A, change(delivery.text(A)))
    landed = delivery.land().tables["crm_accounts"]
    assert (landed.rows, landed.refused, landed.copied) == (ACCOUNTS, 1, True)
    assert "1 of 120 rows cannot be read" in landed.notes[0]
    assert delivery.refusals()[1:] == [["crm_accounts", A, "2", reason]]
    ids = [row["account_id"] for row in delivery.loaded("crm_accounts")]
    assert ids == [f"A-{number:04d}" for number in range(2, ACCOUNTS + 1)]


def test_a_refused_row_is_found_by_its_line_after_values_with_line_ends(delivery):
    text = delivery.text(T)
    delivery.write(T, text.replace("A-0050,", "A-0050,x,", 1))
    line = text[: text.index("T-49,")].count("\n") + 1
    delivery.land()
    assert delivery.refusals()[1] == [
        "support_tickets",
        T,
        str(line),
        "too_many_fields",
    ]


def test_all_problems_are_found_at_once(delivery):
    delivery.edit(A, "region", "account_id", 1)
    delivery.write(ITEMS, "")
    delivery.edit(T, "created_at", "opened", 1)
    (delivery.raw / S).unlink()
    problems = delivery.problems()
    assert len(problems) == 4
    for start in (A, ITEMS, T, "billing_subscriptions: required and not there; add"):
        assert any(problem.startswith(start) for problem in problems), problems


def test_no_message_holds_a_value_of_a_personal_column(delivery):
    header = ["contact_id", "account_id", "contact_name", "email", "title"]
    rows = [
        [f"C{n}", f"A-{n:04d}", "canary", "canary@x.io", "canary"] for n in range(9)
    ]
    delivery.write("crm_contacts.csv", text_of(header, [*rows, [*rows[0], "canary"]]))
    delivery.edit(T, "It, and how", "canary\x00", 3)
    delivery.edit(T, "T-9,", '"T-9,canary', 1)
    for text in (*delivery.problems(), str(delivery.refusals())):
        assert "canary" not in text


class TestFolder:
    def test_the_folder_must_be_there(self, tmp_path):
        for path, words in [
            (tmp_path / "no\x1b", r"no\x1b' does not exist; --raw takes the folder"),
            (Path(__file__), "is a file; --raw takes the folder"),
        ]:
            with pytest.raises(LandingError) as raised:
                land(path, tmp_path / "landing")
            assert words in raised.value.problems[0]

    def test_an_empty_folder_names_every_required_table(self, tmp_path):
        (tmp_path / "raw").mkdir()
        with pytest.raises(LandingError) as raised:
            land(tmp_path / "raw", tmp_path / "landing")
        assert len(raised.value.problems) == 3

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("crm_acounts.csv", ["did you mean crm_accounts.csv?"]),
            ("CRM_Contacts.csv", ["did you mean crm_contacts.csv?"]),
            ("crm_contacts.CSV", ["did you mean crm_contacts.csv?"]),
            ("crm_accounts (1).csv", ["crm_accounts/"]),
            ("usage_daily-2024.parquet", ["usage_daily/"]),
            ("crm_contacts.csv.gz", ["is compressed; unpack it"]),
            ("crm_contacts.zip", ["is compressed; unpack it"]),
            ("crm_contacts.xlsx", ["not CSV or Parquet; save it"]),
            ("crm_accounts.parquet", ["delivered more than once", "keep one"]),
            ("crm_accounts/2024.csv", ["delivered more than once", "keep one"]),
            ("crm_contacts/notes.txt", ["not CSV or Parquet"]),
            (
                "crm_contacts/.keep",
                ["holds no .csv or .parquet file", "leave the fold"],
            ),
            ("crm_contacts/part.CSV", ["write its ending as .csv"]),
            ("crm_contacts", ["no ending"]),
            ("crm_contacts/a[1].csv", ["rename it"]),
        ],
    )
    def test_a_wrong_name_blocks(self, delivery, name, words):
        delivery.write(name, "other content")
        problems = delivery.problems()
        for word in words:
            assert any(word in problem for problem in problems), problems

    def test_both_formats_in_one_folder_block(self, delivery):
        delivery.write("crm_contacts/a.csv", "x")
        delivery.write("crm_contacts/b.parquet", "x")
        assert "holds both" in delivery.problem()

    def test_what_is_not_of_the_contract_is_noted_or_ignored(self, delivery):
        for name in (
            "README.md",
            ".DS_Store",
            "_SUCCESS",
            "truth/arr.parquet",
            "a.zip",
        ):
            delivery.write(name, "x")
        delivery.write("evil\x1b[2J\n.csv", "x")
        notes = delivery.land().notes
        assert len(notes) == 4
        assert r"evil\x1b[2J\n.csv: not a file of the raw contract, not read" in notes
        assert "truth: not a folder of the raw contract, not read" in notes

    def test_a_link_out_of_the_folder_blocks(self, delivery, tmp_path):
        outside = tmp_path / "outside.csv"
        (delivery.raw / A).rename(outside)
        (delivery.raw / A).symlink_to(outside)
        assert "link out of the raw folder; put the file" in delivery.problem()

    def test_a_linked_folder_and_a_broken_link_block(self, delivery, tmp_path):
        (delivery.raw / "crm_contacts").symlink_to(tmp_path)
        (delivery.raw / "usage_daily.csv").symlink_to(tmp_path / "nothing")
        problems = delivery.problems()
        assert any("is a link to a folder" in problem for problem in problems)
        assert any("usage_daily.csv: cannot be read" in problem for problem in problems)

    def test_a_pipe_is_not_opened(self, delivery):
        (delivery.raw / A).unlink()
        os.mkfifo(delivery.raw / A)
        assert "not a regular file" in delivery.problem()

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_an_unreadable_file_blocks(self, delivery):
        (delivery.raw / A).chmod(0)
        assert "check the file and its permissions" in delivery.problem()


def split_accounts(delivery: Delivery, names: list[str], ending: str = "\n") -> None:
    """Put the accounts into a folder of files, a share of the rows in each."""
    header, *rows = rows_of(delivery.text(A))
    (delivery.raw / A).unlink()
    share = len(rows) // len(names)
    for number, name in enumerate(names):
        part = rows[number * share : (number + 1) * share]
        delivery.write(f"crm_accounts/{name}", text_of(header, part))


class TestSeveralFiles:
    def test_a_folder_is_read_whole(self, delivery):
        split_accounts(delivery, ["2024-01.csv", "old/2023-12.csv", ".h.csv"])
        landed = delivery.land().tables["crm_accounts"]
        assert (len(landed.files), landed.rows, landed.copied) == (3, ACCOUNTS, False)
        assert len(delivery.loaded("crm_accounts")) == ACCOUNTS

    def test_one_file_that_needs_a_copy_copies_the_folder(self, delivery):
        split_accounts(delivery, ["a.csv", "b/b.csv"])
        text = delivery.text("crm_accounts/a.csv")
        delivery.write("crm_accounts/a.csv", text.replace("\n", "\r"))
        assert delivery.land().tables["crm_accounts"].copied
        copies = delivery.landing_dir / "crm_accounts"
        assert sorted(path.name for path in copies.rglob("*.csv")) == ["a.csv", "b.csv"]
        assert len(delivery.loaded("crm_accounts")) == ACCOUNTS

    def test_a_quiet_day_in_a_folder_is_no_fault(self, delivery):
        split_accounts(delivery, ["2024-01-01.csv", "2024-01-02.csv"])
        header = rows_of(delivery.text("crm_accounts/2024-01-01.csv"))[0]
        delivery.write("crm_accounts/2024-01-03.csv", text_of(header, []))
        assert delivery.land().tables["crm_accounts"].rows == ACCOUNTS

    def test_s17_the_same_file_twice_is_noted(self, delivery):
        split_accounts(delivery, ["2024-01-01.csv", "2024-01-02.csv"])
        text = delivery.text("crm_accounts/2024-01-01.csv")
        delivery.write("crm_accounts/2024-01-01_again.csv", text)
        delivery.write("manifest.csv", f"table,rows\ncrm_accounts,{ACCOUNTS}\n")
        assert "have the same content; their rows count once" in delivery.notes(
            "crm_accounts"
        )

    def test_s17_the_same_table_twice_is_noted(self, delivery):
        delivery.write("crm_accounts_copy.csv", delivery.text(A))
        assert any("same content as the file" in n for n in delivery.land().notes)

    def test_s20_two_files_of_a_day_that_disagree_block(self, delivery):
        split_accounts(delivery, ["2024-01-01.csv", "2024-01-02.csv"])
        text = delivery.text("crm_accounts/2024-01-01.csv")
        delivery.write("crm_accounts/20240101_v2.csv", text.replace("EMEA", "APAC", 2))
        problem = delivery.problem()
        assert "'crm_accounts/2024-01-01.csv'" in problem
        assert "'crm_accounts/20240101_v2.csv'" in problem
        assert "disagree on 2 key(s) (account_id); keep the right one" in problem

    def test_s20_a_newer_version_settles_it(self, delivery):
        def dated(day: str):
            return lines_changed(
                lambda line: line + (",updated_at" if line[0] == "a" else f",{day}")
            )

        split_accounts(delivery, ["2024-01-01.csv", "2024-01-02.csv"])
        text = delivery.text("crm_accounts/2024-01-01.csv")
        delivery.write("crm_accounts/2024-01-01.csv", dated("2024-01-01")(text))
        changed = dated("2024-01-02")(text.replace("EMEA", "APAC", 2))
        delivery.write("crm_accounts/2024-01-01_v2.csv", changed)
        assert delivery.notes("crm_accounts") == ""

    def test_s20_two_parts_of_a_day_are_no_fault(self, delivery):
        split_accounts(delivery, ["2024-01-01/part-0.csv", "2024-01-01/part-1.csv"])
        assert delivery.notes("crm_accounts") == ""

    def test_a_column_may_come_from_the_folder_names(self, delivery):
        for month in ("2024-01-31", "2024-02-29"):
            delivery.write(
                f"usage_daily/usage_date={month}/part.csv",
                text_of(["account_id", "events"], [["A-0001", 5], ["A-0002", 6]]),
            )
        landed = delivery.land().tables["usage_daily"]
        assert landed.columns == ("account_id", "usage_date", "events")

    def test_s21_accounts_of_another_environment_are_named_once(self, delivery):
        delivery.edit(A, "\nA-", "\nSBX-")
        problem = delivery.problem()
        assert problem.startswith("crm_accounts: its ids are not those that")

    @pytest.mark.parametrize("name", [A, T])
    def test_t11_lost_zeros_are_named(self, delivery, name):
        for file in (A, S, T):
            delivery.edit(file, "A-0", "0")
        delivery.edit(ITEMS, "S-A-0", "S-0")
        header, *rows = rows_of(delivery.text(name))
        at = header.index("account_id")
        for row in rows:
            row[at] = row[at].lstrip("0")
        delivery.write(name, text_of(header, rows))
        problems = delivery.problems()
        assert all("leading zeros" in problem for problem in problems)
        assert "ids as text" in problems[0]


class TestManifest:
    def test_right_control_totals_pass(self, delivery):
        sha256 = hashlib.sha256((delivery.raw / A).read_bytes()).hexdigest()
        amount = sum(99 + n for n in range(ACCOUNTS))
        delivery.write(
            "manifest.csv",
            "table,rows,sha256,amount\n"
            f"crm_accounts,{ACCOUNTS},{sha256},\n"
            f"billing_subscription_items,,,{amount}.000\n"
            f"{T},{ACCOUNTS},,\n",
        )
        assert delivery.land()

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("crm_accounts,121,,", ["120 rows", "says 121", "deliver the file again"]),
            ("crm_accounts,,00ff,", ["SHA-256 differs", "deliver the file again"]),
            ("billing_subscription_items,,,19020.01", ["sum of unit_price is 19020,"]),
            ("crm_contacts,9,,", ["not in the folder; add it"]),
            ("crm_accounts,many,,", ["line 2: rows is a whole number"]),
            ("crm_accounts,1,,,,", ["line 2", "correct the line"]),
        ],
    )
    def test_s18_a_difference_blocks(self, delivery, line, words):
        delivery.write("manifest.csv", f"table,rows,sha256,amount\n{line}\n")
        problem = delivery.problem()
        for word in words:
            assert word in problem

    def test_s18_half_a_file_that_ends_well_is_caught(self, delivery):
        delivery.write("manifest.csv", f"table,rows\ncrm_accounts,{ACCOUNTS}\n")
        text = delivery.text(A)
        half = text[: len(text) // 2].rpartition("\n")[0] + "\n"
        delivery.write(A, half)
        assert any("manifest.csv (line 2) says 120" in p for p in delivery.problems())

    @pytest.mark.parametrize("text", ["name,rows\nx,1\n", "", b"\xff\xfe\x00"])
    def test_a_manifest_that_cannot_be_read_blocks(self, delivery, text):
        delivery.write("manifest.csv", text)
        assert "manifest.csv" in delivery.problem()


class TestParquet:
    def test_text_and_typed_columns_pass(self, delivery):
        def typed(table: pa.Table) -> pa.Table:
            date = table["created_at"].cast(pa.date32())
            count = table["employee_count"].cast(pa.int64())
            table = table.set_column(4, "Created_At", date)
            return table.set_column(3, "employee_count", count)

        delivery.parquet("crm_accounts", change=typed)
        landed = delivery.land().tables["crm_accounts"]
        assert (landed.rows, landed.format, len(landed.columns)) == (120, "parquet", 5)
        assert "'Created_At': case ignored" in landed.notes[0]

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (
                lambda t: t.drop_columns(["account_name"]),
                ["'account_name' is required"],
            ),
            (lambda t: t.rename_columns({"account_name": "acct_name"}), ["renamed?"]),
            (lambda t: t.rename_columns({"region": "Account_ID"}), ["more than once"]),
            (
                lambda t: t.rename_columns(
                    {"account_name": "created_at", "created_at": "account_name"}
                ),
                ["'created_at' holds text", "swapped"],
            ),
            (
                lambda t: t.set_column(2, "region", pa.array([["x"]] * 120)),
                ["'region' is list", "the contract wants text"],
            ),
            (
                lambda t: t.set_column(4, "created_at", pa.array(range(120))),
                ["'created_at' is int64", "wants timestamp"],
            ),
            (
                lambda t: t.set_column(0, "account_id", pa.array([1.5] * 120)),
                ["'account_id' is double", "wants id; write it as text"],
            ),
            (lambda t: t.slice(0, 0), ["no rows; deliver it again"]),
        ],
    )
    def test_wrong_columns_block(self, delivery, change, words):
        delivery.parquet("crm_accounts", change=change)
        problem = delivery.problem()
        assert problem.startswith("crm_accounts.parquet: ")
        for word in words:
            assert word in problem

    @pytest.mark.parametrize("keep", [0, 3, 500, -9])
    def test_a_cut_file_blocks(self, delivery, keep):
        delivery.parquet("crm_accounts")
        path = delivery.raw / "crm_accounts.parquet"
        path.write_bytes(path.read_bytes()[:keep])
        assert "deliver it again" in delivery.problem()

    def test_files_of_a_folder_must_agree_on_a_column(self, delivery):
        delivery.parquet("crm_accounts", "crm_accounts/a.parquet")
        rows = pq.read_table(delivery.raw / "crm_accounts/a.parquet").slice(0, 5)
        count = rows["employee_count"].cast(pa.int64())
        rows = rows.set_column(3, "employee_count", count)
        pq.write_table(rows, delivery.raw / "crm_accounts/b.parquet")
        assert "'employee_count' is text and whole number" in delivery.problem()

    def test_s20_and_s21_hold_for_parquet(self, delivery):
        delivery.parquet("crm_accounts", "crm_accounts/2024-01-01.parquet")
        path = delivery.raw / "crm_accounts/2024-01-01.parquet"
        other = pq.read_table(path)
        other = other.set_column(2, "region", pa.array(["APAC"] * ACCOUNTS))
        pq.write_table(other, delivery.raw / "crm_accounts/2024-01-01_b.parquet")
        delivery.edit(T, ",A-", ",SBX-")
        assert len(delivery.problems()) == 2

    @pytest.mark.parametrize("limit", ["COLUMNS", "FILE_ROWS", "UNPACKED_BYTES"])
    def test_s24_a_file_that_unpacks_too_far_blocks(self, delivery, monkeypatch, limit):
        delivery.parquet("crm_accounts")
        monkeypatch.setattr(limits, limit, 4)
        assert "more than 4" in delivery.problems()[0]


class TestLandingFolder:
    def test_what_is_written_is_not_for_everyone(self, delivery):
        split_accounts(delivery, ["a.csv", "b/b.csv"])
        text = delivery.text("crm_accounts/a.csv")
        delivery.write("crm_accounts/a.csv", text.replace("\n", "\r"))
        delivery.land()
        for path in (delivery.landing_dir, *delivery.landing_dir.rglob("*")):
            wanted = 0o750 if path.is_dir() else 0o640
            assert stat.S_IMODE(path.stat().st_mode) | 0o640 == wanted | 0o640
            assert not stat.S_IMODE(path.stat().st_mode) & ~wanted

    def test_it_is_emptied_first_and_keeps_no_copies_of_a_failed_run(self, delivery):
        delivery.edit(A, "\n", "\r")
        delivery.land()
        assert (delivery.landing_dir / A).exists()
        delivery.write(ITEMS, "")
        delivery.problems()
        names = [path.name for path in delivery.landing_dir.iterdir()]
        assert names == ["landing_refusals.csv"]

    def test_other_files_are_never_deleted(self, delivery, tmp_path):
        precious = delivery.landing_dir / "thesis.docx"
        precious.parent.mkdir()
        precious.write_text("x")
        assert "holds 'thesis.docx'" in delivery.problem()
        assert precious.exists()
        for folder in (delivery.raw, delivery.raw / "x", tmp_path):
            delivery.landing_dir = folder
            assert "must not hold one another" in delivery.problem()
        assert (delivery.raw / A).exists()

    def test_a_file_that_changes_later_is_named(self, delivery):
        landing = delivery.land()
        assert changed_files(landing, delivery.raw) == []
        delivery.edit(A, "Acme A-0007", "Acme A-0008", 1)
        (delivery.raw / T).unlink()
        delivery.write("crm_csms.csv", "csm_id,csm_name\n1,x\n")
        assert changed_files(landing, delivery.raw) == [A, "crm_csms.csv", T]


def test_progress_names_every_file(delivery):
    lines: list[str] = []
    land(delivery.raw, delivery.landing_dir, lines.append)
    assert [f"checking {name}" for name in (A, S, ITEMS, T)] == lines[:4]


def test_shown_texts_are_harmless():
    assert shown("a\x1b[31m\r\n\u202e\x00é") == r"a\x1b[31m\r\n\u202e\x00é"
    assert shown("\udcff") == r"\udcff"
    assert len(shown("x" * 1000)) == 60


VALUES = st.text(
    st.sampled_from([*"ab7 ,;|#'\\\t\n\r\x1f\u2028", '"', "é", "😀"]),
    max_size=5,
)


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    rows=st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=8),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    quote=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    mark=st.booleans(),
    extra=st.sampled_from(["", "\n", ",", " "]),
)
def test_duckdb_reads_what_csv_reads(tmp_path, rows, ends, quote, mark, extra):
    stream = io.StringIO(newline="")
    # csv leaves a CR unquoted unless lines end with one.
    has_cr = any("\r" in value for row in rows for value in row)
    writer = csv.writer(
        stream, lineterminator=ends, quoting=csv.QUOTE_ALL if has_cr else quote
    )
    writer.writerows([("account_id", "account_name", "region"), *rows])
    text = stream.getvalue()
    if extra == ",":
        text = text.replace(ends, extra + ends)
    elif extra == "\n":
        text += ends + ends
    elif extra == " ":
        text = text.replace(',"', ', "')
    _assert_read_alike(tmp_path, ("\ufeff" * mark + text).encode())


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(st.sampled_from(list('a7é ,,,"\n\n\r')), max_size=60))
def test_duckdb_reads_what_csv_reads_of_any_text(tmp_path, text):
    data = "account_id,account_name\nA,B\n" + text
    _assert_read_alike(tmp_path, data.encode())


def _assert_read_alike(tmp_path: Path, data: bytes) -> None:
    """Check that where a file passes, SQL comes to the rows that were checked."""
    path, copy = tmp_path / "crm_accounts.csv", tmp_path / "copy.csv"
    path.write_bytes(data)
    copy.unlink(missing_ok=True)
    table = raw_contract()["crm_accounts"]
    file = CheckedFile("crm_accounts", path, path.name)
    check_csv(file, table, Refusals(io.StringIO()))
    missing = [p for p in file.problems if "required and missing" not in p]
    if missing:
        return
    if file.copy_because:
        copy_csv(file, table, copy)
    records = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    header, *rows = [row for row in records if row]
    width = len(header) + ("a comma at the end of every line" in file.copy_because)
    sound = [row for row in rows if len(row) == width and "\0" not in "".join(row)]
    if width > len(header):
        sound = [row for row in sound if not row[-1]]
    assert file.rows - file.refused == len(sound)
    if not sound:
        return
    read = duckdb.sql(
        f"select {', '.join(file.columns)} "
        f"from read_csv('{copy if file.copy_because else path}', {CSV_OPTIONS})"
    ).fetchall()
    at = [header.index(column) for column in file.columns]
    expected = [[row[position] for position in at] for row in sound]
    assert [[value or "" for value in row] for row in read] == expected


def test_parallel_reading_finds_the_same_rows(delivery):
    chooser = random.Random(1)
    values = ["plain", "with, comma", 'with "quotes"', "two\nlines", "# not a comment"]
    rows = [
        [
            f"T-{n}",
            f"A-{n % ACCOUNTS + 1:04d}",
            chooser.choice(values),
            "2024-01-02",
            "",
        ]
        for n in range(100_000)
    ]
    header = rows_of(delivery.text(T))[0]
    delivery.write(T, text_of(header, rows))
    assert not delivery.land().tables["support_tickets"].copied
    read = [list(row.values()) for row in delivery.loaded("support_tickets")]
    assert [[value or "" for value in row] for row in read] == rows
