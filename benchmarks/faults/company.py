"""Clean simulated companies, delivered as CSV in the shape of the raw contract."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb

from bowtie.contract import raw_contract
from bowtie.simulator import simulate


def deliver(
    folder: Path,
    as_of: date,
    accounts: int = 250,
    months: int = 20,
    seed: int = 11,
    usage_grain: str = "weekly",
) -> Path:
    """Write a clean company's raw files, one CSV a table, as of a day; return `folder`.

    The same arguments give the same bytes, and a later day of the same month the same
    company a day older.
    """
    parquet = folder.with_name(folder.name + "-parquet")
    simulate(accounts, months, seed, parquet, as_of, usage_grain)
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for table in raw_contract().values():
            files = sorted(parquet.glob(f"{table.name}.parquet"))
            files += sorted(parquet.glob(f"{table.name}/*.parquet"))
            if files:
                _write_csv(connection, files, folder / f"{table.name}.csv")
    shutil.rmtree(parquet)
    return folder


def _write_csv(
    connection: duckdb.DuckDBPyConnection, files: list[Path], target: Path
) -> None:
    names = [str(file) for file in files]
    connection.read_parquet(names).order("all").write_csv(str(target))
