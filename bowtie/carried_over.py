"""What a run takes over from its home: the generation before, if it can be compared."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from bowtie.generations import lost_generation, published_database
from bowtie.paths import PROJECT_DIR, Home
from bowtie.published_file import open_published

# What the restatement models read of an earlier generation.
_COMPARED = ("revenue.arr_monthly", "revenue.arr_lines", "health.health_scores")


def earlier_generation(home: Home) -> Path | None:
    """Return the current generation's file, if this code can compare itself with it.

    Code that gave a table another column cannot read the file of older code: then
    nothing is compared, rather than no run ever succeeding.

    Raises:
        BowtieError: the file or the link to it is gone, or a process holds it for
            writing.

    """
    database = published_database(home)
    if database is None and lost_generation(home) is None:
        return None
    with open_published(home) as connection:
        there = connection.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns()"
        ).fetchall()
    wanted = {(table, column) for table in _COMPARED for column in _columns(table)}
    return database if wanted <= set(there) else None


@cache
def _columns(table: str) -> tuple[str, ...]:
    """Return the columns of a mart, as its contract declares them."""
    schema, name = table.split(".")
    path = PROJECT_DIR / "models" / "marts" / schema / f"{name}.yml"
    models = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    return tuple(column["name"] for column in models[0]["columns"])
