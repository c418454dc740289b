"""The raw contract, read from the one place where it is written.

The text lives in a dbt macro, so that SQL and Python cannot disagree; what each
entry means is explained there (`macros/raw/raw_contract.sql`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTRACT_FILE = Path(__file__).parent.parent / "macros" / "raw" / "raw_contract.sql"
_TEXT_STARTS = "{% macro raw_contract_text() -%}"
_TEXT_ENDS = "{%- endmacro %}"


@dataclass(frozen=True)
class Column:
    """One column of a raw table: its name, kind of value, and whether it must be."""

    name: str
    type: str
    required: bool
    personal: bool


@dataclass(frozen=True)
class Table:
    """One raw table: its columns by name, in the contract's order."""

    name: str
    system: str
    required: bool
    columns: Mapping[str, Column]
    entry: Mapping[str, Any]

    @property
    def required_columns(self) -> tuple[str, ...]:
        """The columns without which the table cannot be read."""
        return tuple(c.name for c in self.columns.values() if c.required)

    @property
    def staging_name(self) -> str:
        """The name of the staging view that reads this table."""
        return f"stg_{self.system}__{self.entry['name']}"


def contract_text() -> str:
    """Return the contract as it is written, in YAML."""
    text = CONTRACT_FILE.read_text(encoding="utf-8")
    return text.split(_TEXT_STARTS, 1)[1].split(_TEXT_ENDS, 1)[0].strip()


@cache
def raw_contract() -> Mapping[str, Table]:
    """Return every raw table by name, in the contract's order."""
    return {
        name: Table(
            name=name,
            system=entry["system"],
            required=entry.get("required", False),
            columns={
                column: Column(
                    name=column,
                    type=about["type"],
                    required=about.get("required", False),
                    personal=about.get("personal", False),
                )
                for column, about in entry["columns"].items()
            },
            entry=entry,
        )
        for name, entry in yaml.safe_load(contract_text()).items()
    }
