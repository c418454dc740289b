"""The sender's control totals: `manifest.csv` beside the raw files.

Columns: `table` (a table's name, or a file's path below the raw folder), and of
`rows`, `sha256` and `amount` those that the sender knows; an empty cell is not
checked. `amount` is the sum of the table's main amount, AMOUNT_COLUMNS below.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from bowtie.landing.results import CheckedFile, shown

AMOUNT_COLUMNS = {
    "crm_opportunities": "amount",
    "billing_invoices": "total_amount",
    "billing_invoice_lines": "amount",
    "billing_subscription_items": "unit_price",
}
_COLUMNS = ("table", "rows", "sha256", "amount")
_AGAIN = "deliver the file again, or correct manifest.csv"


@dataclass(frozen=True)
class ControlTotal:
    """What the sender says that a table or file holds; None: not said."""

    line: int
    subject: str
    rows: int | None
    sha256: str | None
    amount: Decimal | None


def read_manifest(path: Path) -> tuple[list[ControlTotal], list[str]]:
    """Return the control totals, and what is wrong with the file itself."""
    totals: list[ControlTotal] = []
    problems: list[str] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            names = rows.fieldnames or []
            if "table" not in names or not set(names) <= set(_COLUMNS):
                return [], [
                    "manifest.csv: line 1: the columns are table and any of rows, "
                    "sha256, amount; correct its header"
                ]
            for row in rows:
                try:
                    totals.append(_control_total(rows.line_num, row))
                except (ValueError, InvalidOperation):
                    problems.append(
                        f"manifest.csv: line {rows.line_num}: rows is a whole number, "
                        "amount a plain number; correct the line"
                    )
    except (UnicodeDecodeError, csv.Error, OSError):
        return [], ["manifest.csv: cannot be read as UTF-8 CSV; correct or remove it"]
    return totals, problems


def _control_total(line: int, row: Mapping[str | None, str | None]) -> ControlTotal:
    if None in row:
        raise ValueError("more fields than the header")
    cells = {name: (value or "").strip() for name, value in row.items()}
    rows, amount = cells.get("rows"), cells.get("amount")
    return ControlTotal(
        line,
        cells["table"],
        int(rows) if rows else None,
        (cells.get("sha256") or "").lower() or None,
        Decimal(amount) if amount else None,
    )


def differences(
    total: ControlTotal, files: list[CheckedFile], amount: Decimal | None
) -> list[str]:
    """Compare what was said with what came; one line for each difference.

    `amount` is the sum found, or None where it was not asked for. A file delivered
    twice is counted once.
    """
    subject = shown(total.subject)
    once = {file.sha256: file for file in files}
    found = []
    rows = sum(file.rows for file in once.values())
    if total.rows is not None and total.rows != rows:
        found.append(
            f"{subject}: {rows:,} rows, and manifest.csv (line {total.line}) says "
            f"{total.rows:,}; {_AGAIN}"
        )
    if total.sha256 and [total.sha256] != list(once):
        if len(once) == 1:
            found.append(
                f"{subject}: not the file that manifest.csv (line {total.line}) "
                f"describes, its SHA-256 differs; {_AGAIN}"
            )
        else:
            found.append(
                f"{subject}: several files; manifest.csv (line {total.line}) needs a "
                "line for each file's sha256, under the file's path"
            )
    if total.amount is not None and amount is not None and total.amount != amount:
        column = AMOUNT_COLUMNS[files[0].table]
        found.append(
            f"{subject}: the sum of {column} is {amount:f}, and manifest.csv (line "
            f"{total.line}) says {total.amount:f}; {_AGAIN}"
        )
    return found
