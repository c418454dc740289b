"""Ways in which a good delivery may differ from yesterday's as a file.

Each changes the files of a folder, and none the figures made of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

Variation = Callable[[Path, random.Random], None]


def _lines(folder: Path, table: str) -> list[str]:
    return (folder / f"{table}.csv").read_text("utf-8").splitlines(keepends=True)


def _write(folder: Path, table: str, text: str) -> None:
    (folder / f"{table}.csv").write_bytes(text.encode())


def plain(folder: Path, chance: random.Random) -> None:
    """Change nothing."""


def windows_line_ends(folder: Path, chance: random.Random) -> None:
    """End lines as Windows does."""
    for table in ("crm_accounts", "billing_invoices"):
        text = "".join(_lines(folder, table))
        _write(folder, table, text.replace("\n", "\r\n"))


def byte_order_mark(folder: Path, chance: random.Random) -> None:
    """Begin a file with the mark that Excel writes."""
    _write(folder, "usage_daily", "\ufeff" + "".join(_lines(folder, "usage_daily")))


def other_row_order(folder: Path, chance: random.Random) -> None:
    """Shuffle the rows of every table."""
    for path in sorted(folder.glob("*.csv")):
        header, *rows = _lines(folder, path.stem)
        chance.shuffle(rows)
        _write(folder, path.stem, "".join([header, *rows]))


def delivered_twice(folder: Path, chance: random.Random) -> None:
    """Deliver one file under two names."""
    text = "".join(_lines(folder, "support_tickets"))
    (folder / "support_tickets.csv").unlink()
    (folder / "support_tickets").mkdir()
    for name in ("morning", "evening"):
        (folder / "support_tickets" / f"{name}.csv").write_text(text, "utf-8")


def repeated_rows(folder: Path, chance: random.Random) -> None:
    """Send some rows twice."""
    lines = _lines(folder, "crm_activities")
    _write(folder, "crm_activities", "".join(lines + lines[-20:]))


def unknown_column(folder: Path, chance: random.Random) -> None:
    """Add a column that nobody has announced."""
    header, *rows = _lines(folder, "crm_contacts")
    lines = [header.replace("\n", ",loyalty_points\n")]
    lines += [row.replace("\n", ",7\n") for row in rows]
    _write(folder, "crm_contacts", "".join(lines))


def spaces_around_values(folder: Path, chance: random.Random) -> None:
    """Put a space before the key of every ticket."""
    header, *rows = _lines(folder, "support_tickets")
    _write(folder, "support_tickets", "".join([header, *(" " + row for row in rows)]))


def float_artefacts(folder: Path, chance: random.Random) -> None:
    """Write amounts as a spreadsheet's arithmetic leaves them: 1199.9999999."""
    text = "".join(_lines(folder, "billing_invoice_lines"))
    _write(folder, "billing_invoice_lines", text.replace("00.000\n", "00.0000000001\n"))


# Taken in turn, a day each.
VARIATIONS: tuple[Variation, ...] = (
    plain,
    windows_line_ends,
    byte_order_mark,
    other_row_order,
    delivered_twice,
    repeated_rows,
    unknown_column,
    spaces_around_values,
    float_artefacts,
)
