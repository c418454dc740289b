"""A folder of raw CSV files that is about to be damaged."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bowtie.landing.manifest import AMOUNT_COLUMNS

Row = dict[str, str]

# How much of a table a fault touches.
ONE, PERCENT, THIRD = "one row", "1 %", "30 %"
SHARES = {PERCENT: 0.01, THIRD: 0.30}


@dataclass(frozen=True)
class Delivery:
    """The files of one delivery; every change is written at once."""

    folder: Path

    def path(self, table: str) -> Path:
        """Return a table's file."""
        return self.folder / f"{table}.csv"

    def rows(self, table: str) -> list[Row]:
        """Return a table's rows, all values as text."""
        with self.path(table).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def write(
        self,
        table: str,
        rows: Sequence[Row],
        columns: Iterable[str] | None = None,
        path: Path | None = None,
    ) -> None:
        """Write a table's rows; `columns` are the header, by default the rows' own."""
        path = path or self.path(table)
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            names = list(columns or rows[0])
            writer = csv.DictWriter(file, names, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)

    def change(
        self,
        table: str,
        change: Callable[[Row], None],
        share: str = ONE,
        where: Callable[[Row], object] = lambda row: True,
    ) -> list[Row]:
        """Change some rows of a table, spread evenly; return them as they are now."""
        rows = self.rows(table)
        fitting = [row for row in rows if where(row)]
        if not fitting:
            raise LookupError(f"no row of {table} to damage")
        wanted = 1 if share == ONE else max(2, round(SHARES[share] * len(fitting)))
        chosen = fitting[len(fitting) // 2 :: max(1, len(fitting) // wanted)][:wanted]
        if wanted > 1:
            chosen = fitting[:: max(1, len(fitting) // wanted)][:wanted]
        for row in chosen:
            change(row)
        self.write(table, rows)
        return chosen

    def set(
        self,
        table: str,
        column: str,
        value: str,
        share: str = ONE,
        where: Callable[[Row], object] | None = None,
    ) -> list[Row]:
        """Set a column in some rows that have a value there, or fit `where`."""
        fits = where or (lambda row: row[column])
        return self.change(table, lambda row: row.update({column: value}), share, fits)

    def add(self, table: str, *rows: Row) -> None:
        """Append rows; columns that are not given are empty."""
        there = self.rows(table)
        blank = dict.fromkeys(there[0], "")
        self.write(table, [*there, *({**blank, **row} for row in rows)])

    def remove(self, table: str, where: Callable[[Row], object]) -> None:
        """Remove the rows that fit."""
        rows = self.rows(table)
        self.write(table, [row for row in rows if not where(row)], rows[0])

    def in_all_tables(self, column: str, change: Callable[[str], str]) -> None:
        """Change a column's values wherever a table has it."""
        for path in sorted(self.folder.glob("*.csv")):
            rows = self.rows(path.stem)
            if column in rows[0]:
                for row in rows:
                    row[column] = change(row[column])
                self.write(path.stem, rows)

    def edit(self, table: str, change: Callable[[str], str]) -> None:
        """Change a file's text."""
        text = self.path(table).read_text(encoding="utf-8")
        self.put(table, change(text).encode())

    def put(self, table: str, content: bytes) -> None:
        """Replace a file's bytes."""
        self.path(table).write_bytes(content)

    def write_manifest(self) -> None:
        """Write the sender's control totals of what lies in the folder now."""
        totals = []
        for path in sorted(self.folder.glob("*.csv")):
            rows = self.rows(path.stem)
            amount = AMOUNT_COLUMNS.get(path.stem)
            totals.append(
                {
                    "table": path.stem,
                    "rows": str(len(rows)),
                    "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                    "amount": str(sum(Decimal(row[amount]) for row in rows))
                    if amount
                    else "",
                }
            )
        self.write("manifest", totals)
