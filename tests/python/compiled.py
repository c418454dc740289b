"""The models of a built warehouse as SQL, as they were compiled for it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Compiled:
    """A model: its schema, its SQL, and what it is made as (`table`, `view`)."""

    schema: str
    sql: str
    kind: str


def compiled_in(warehouse: Path, names: Iterable[str]) -> dict[str, Compiled]:
    """Return the named models of a DuckDB file that dbt built, by name."""
    target = warehouse.parent / "target"
    nodes = json.loads((target / "manifest.json").read_text("utf-8"))["nodes"]
    found = {}
    for name in names:
        node = nodes[f"model.bowtie.{name}"]
        path = target / "compiled" / "bowtie" / node["original_file_path"]
        # A full build makes a table of an incremental model.
        kind = "view" if node["config"]["materialized"] == "view" else "table"
        found[name] = Compiled(node["schema"], path.read_text("utf-8"), kind)
    return found
