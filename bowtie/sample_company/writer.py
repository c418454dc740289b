"""Raw rows, and the CSV files that hold them."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from bowtie.contract import Table, raw_contract


def as_text(value: Any) -> str:
    """Return a value as the raw contract writes it; nothing is the empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}" if value == round(value, 2) else f"{value:f}"
    return str(value)


class RawRows:
    """The rows of every raw table, in the order in which they were added."""

    def __init__(self) -> None:
        self._contract = raw_contract()
        self._rows: dict[str, list[list[str]]] = {name: [] for name in self._contract}

    def add(self, table: str, **values: Any) -> None:
        """Add a row; columns not named are empty.

        Raises:
            KeyError: a column that the contract does not have, so that a typing
                mistake cannot become an empty column.

        """
        columns = self._contract[table].columns
        unknown = values.keys() - columns.keys()
        if unknown:
            raise KeyError(f"{table} has no column {sorted(unknown)}")
        self._rows[table].append([as_text(values.get(name)) for name in columns])

    def number(self, table: str) -> int:
        """Return the number of the next row, for tables whose ids count rows."""
        return len(self._rows[table]) + 1

    def write(self, out: Path) -> None:
        """Write `<system>/<table>.csv` for every table of the contract."""
        for table in self._contract.values():
            self._write_table(out, table)

    def _write_table(self, out: Path, table: Table) -> None:
        path = out / table.system / f"{table.name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(table.columns)
            rows.writerows(self._rows[table.name])
