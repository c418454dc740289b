"""How Bowtie's own Python opens DuckDB; dbt's connection is profiles.yml's."""

from __future__ import annotations

from pathlib import Path

import duckdb

from bowtie.memory import memory_limit


def connect(
    database: Path | None = None, *, read_only: bool = False, spill: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a file, or an engine that keeps nothing, in UTC and within a run's memory.

    It fetches no extension. What exceeds the memory goes to `spill`, a folder; if none
    is given, beside the file, and without a file nothing may exceed it.

    Raises:
        BowtieError: BOWTIE_MEMORY_LIMIT holds no size.
        duckdb.Error: the file cannot be opened.

    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": memory_limit(),
    }
    if spill is not None or database is None:
        config["temp_directory"] = "" if spill is None else str(spill)
    connection = duckdb.connect(
        ":memory:" if database is None else str(database),
        read_only=read_only,
        config=config,
    )
    connection.execute("set TimeZone = 'UTC'")
    return connection
