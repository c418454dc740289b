"""Parquet files of the raw contract and of the truth, written a row group at a time.

The same rows give the same bytes: row groups are cut at fixed counts, compression
is fixed, and no clock, path or machine goes into the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bowtie.simulator.schemas import DAY, REQUIRED, SCHEMAS, TIME, USAGE_SCHEMA

ROW_GROUP = 100_000
USAGE_ROW_GROUP = 122_880

_PARQUET: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 1,
    "store_schema": False,
    "store_decimal_as_integer": True,
    "version": "2.6",
    "data_page_version": "1.0",
}


def decimals(scaled: np.ndarray, kind: pa.DataType) -> pa.Array:
    """Return scaled whole numbers as exact decimals: 12345 at scale 2 is 123.45."""
    wide = np.empty((len(scaled), 2), dtype="<i8")
    wide[:, 0] = scaled
    wide[:, 1] = wide[:, 0] >> 63
    return pa.Array.from_buffers(kind, len(scaled), [None, pa.py_buffer(wide)])


def days(values: Any) -> pa.Array:
    """Return day numbers as dates; a negative one is null."""
    array = np.asarray(values, dtype=np.int32)
    return pa.array(array, type=pa.int32(), mask=array < 0).cast(DAY)


def times(seconds: Any) -> pa.Array:
    """Return seconds since 1970 as timestamps; a negative one is null."""
    array = np.asarray(seconds, dtype=np.int64)
    return pa.array(array * 1_000_000, type=pa.int64(), mask=array < 0).cast(TIME)


def choices(codes: np.ndarray, names: tuple[str, ...] | list[str]) -> pa.Array:
    """Return the names that codes stand for; a negative code is null."""
    codes = np.asarray(codes, dtype=np.int32)
    return pc.take(
        pa.array(list(names), type=pa.string()),
        pa.array(codes, mask=codes < 0),
    )


class ParquetFolder:
    """The output folder: one open Parquet file per table, usage by month."""

    def __init__(self, out: Path):
        self.out = out
        self._schemas = {
            name: pa.schema(list(columns.items())) for name, columns in SCHEMAS.items()
        }
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._waiting: dict[str, list[pa.Table]] = {}
        self._rows: dict[str, int] = {}
        self.rows_written: dict[str, int] = {}
        (out / "truth").mkdir(parents=True, exist_ok=True)
        (out / "usage_daily").mkdir(exist_ok=True)
        # A longer run before this one would leave months that are not ours.
        for stale in (out / "usage_daily").glob("[0-9]*-[0-9]*.parquet"):
            stale.unlink()
        for name in SCHEMAS:
            self._open(name, self._schemas[name])

    def _open(self, name: str, schema: pa.Schema) -> None:
        path = self.out / f"{name}.parquet"
        self._writers[name] = pq.ParquetWriter(path, schema, **_PARQUET)
        self._waiting[name] = []
        self._rows[name] = 0
        self.rows_written[name] = 0

    def add(self, name: str, columns: Mapping[str, Any], keep: Any = None) -> None:
        """Add rows to a table; a column that is not given is null.

        `columns` are Arrow arrays, numpy arrays or lists of one length; `keep` is an
        optional array of booleans, one per row.
        """
        schema = self._schemas[name]
        unknown = set(columns) - set(schema.names)
        if unknown:
            raise ValueError(f"{name} has no column {', '.join(sorted(unknown))}")
        count = len(next(iter(columns.values())))
        if count == 0:
            return
        arrays = []
        for column in schema:
            values = columns.get(column.name)
            if values is None:
                array = pa.nulls(count, column.type)
            elif isinstance(values, pa.Array):
                array = values
            else:
                array = pa.array(values, type=column.type)
            arrays.append(
                array if array.type == column.type else array.cast(column.type)
            )
        table = pa.Table.from_arrays(arrays, schema=schema)
        if keep is not None:
            table = table.filter(pa.array(keep))
        self._push(name, table, ROW_GROUP)

    def columns(self, name: str) -> list[str]:
        """Return the columns of a table, in order."""
        return self._schemas[name].names

    def add_usage(self, month: str, table: pa.Table) -> None:
        """Add daily usage rows of one month, e.g. `2024-01`."""
        name = f"usage_daily/{month}"
        if name not in self._writers:
            self._open(name, USAGE_SCHEMA)
        self._push(name, table, USAGE_ROW_GROUP)

    def _push(self, name: str, table: pa.Table, row_group: int) -> None:
        self._waiting[name].append(table)
        self._rows[name] += len(table)
        self.rows_written[name] += len(table)
        if self._rows[name] >= row_group:
            self._flush(name, row_group)

    def _flush(self, name: str, row_group: int, whole: bool = False) -> None:
        table = pa.concat_tables(self._waiting[name])
        while len(table) >= row_group or (whole and len(table)):
            part = table.slice(0, row_group)
            table = table.slice(row_group)
            if name.startswith("usage_daily/"):
                part = part.unify_dictionaries()
            self._writers[name].write_table(part.combine_chunks(), row_group)
        self._waiting[name] = [table] if len(table) else []
        self._rows[name] = len(table)

    def close(self) -> None:
        """Write what waits, close every file, and drop optional ones without a row.

        A file that has only a header is a fault of the delivery (S14); a table that
        nothing happened in is simply not delivered.
        """
        for name, writer in self._writers.items():
            if self._waiting[name]:
                self._flush(name, ROW_GROUP, whole=True)
            writer.close()
            optional = name not in REQUIRED and not name.startswith("truth/")
            if optional and not self.rows_written[name]:
                (self.out / f"{name}.parquet").unlink()
        if not any((self.out / "usage_daily").iterdir()):
            (self.out / "usage_daily").rmdir()

    def abandon(self) -> None:
        """Close every file without writing what waits, after an error."""
        for writer in self._writers.values():
            writer.close()
