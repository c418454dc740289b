"""One Parquet file, checked by its footer and its first rows; never copied."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from bowtie.contract import Table
from bowtie.hashing import sha256_of
from bowtie.landing import content, limits
from bowtie.landing.header import judge_columns
from bowtie.landing.results import CheckedFile, listed, shown

# Which kinds of Parquet type can hold a contract type; text can hold any.
_HOLDS = {
    "id": {"text", "whole number"},
    "text": {"text", "whole number", "number", "date", "boolean"},
    "date": {"text", "date"},
    "timestamp": {"text", "date"},
    "boolean": {"text", "boolean", "whole number"},
}
_NUMBER_IN = {"text", "whole number", "number"}


def check_parquet(file: CheckedFile, table: Table) -> None:
    """Read a Parquet file's footer and fill in `file`; kinds are kept by column."""
    file.bytes = file.path.stat().st_size
    file.sha256 = sha256_of(file.path)
    if not file.bytes:
        file.problem("empty; deliver it again, or leave it out if there is no data")
        return
    try:
        with pq.ParquetFile(file.path) as opened:
            if not _is_too_large(opened.metadata, file):
                _check_opened(opened, table, file)
    except (pa.ArrowException, OSError) as error:
        file.problem(
            f"no readable Parquet file ({shown(type(error).__name__)}): cut off, "
            "encrypted or another format; deliver it again"
        )


def _is_too_large(footer: pq.FileMetaData, file: CheckedFile) -> bool:
    unpacked = sum(
        footer.row_group(number).total_byte_size
        for number in range(footer.num_row_groups)
    )
    for amount, limit, unit in (
        (footer.num_columns, limits.COLUMNS, "columns"),
        (footer.num_rows, limits.FILE_ROWS, "rows"),
        (unpacked, limits.UNPACKED_BYTES, "bytes unpacked"),
    ):
        if amount > limit:
            file.problem(
                f"{amount:,} {unit}, more than {limit:,}; split or check the export"
            )
            return True
    return False


def _check_opened(opened: pq.ParquetFile, table: Table, file: CheckedFile) -> None:
    file.rows = opened.metadata.num_rows
    schema = opened.schema_arrow
    names = [name.lower() for name in schema.names]
    judge_columns(names, table, file)
    respelled = [
        name
        for name, low in zip(schema.names, names, strict=True)
        if name != low and low in table.columns
    ]
    if respelled:
        file.note(f"column {listed(respelled)}: case ignored")
    file.columns = [name for name in table.columns if name in names]
    for name in file.columns:
        field = schema.field(names.index(name))
        kind = kind_of(field.type)
        declared = table.columns[name].type
        file.kinds[name] = kind
        if kind not in _HOLDS.get(declared, _NUMBER_IN) | {"nothing"}:
            file.problem(
                f"column '{name}' is {shown(str(field.type))}, and the contract wants "
                f"{declared}; write it as text or as {declared}"
            )
    if not file.problems and file.rows:
        rows = list(_first_rows(opened, schema.names))
        positions = {name: names.index(name) for name in file.kinds}
        for problem in content.header_problems(table, positions, rows):
            file.problem(problem)


def _first_rows(opened: pq.ParquetFile, columns: list[str]) -> Iterator[list[str]]:
    for batch in opened.iter_batches(limits.CHUNK_ROWS, columns=columns):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield ["" if value is None else str(value) for value in row]
        return


def kind_of(type_: pa.DataType) -> str:
    """Return what a Parquet column can hold, in words."""
    if pa.types.is_dictionary(type_):
        return kind_of(type_.value_type)
    for kind, tests in {
        "nothing": [pa.types.is_null],
        "text": [
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_string_view,
        ],
        "boolean": [pa.types.is_boolean],
        "whole number": [pa.types.is_integer],
        "number": [pa.types.is_floating, pa.types.is_decimal],
        "date": [pa.types.is_date, pa.types.is_timestamp],
    }.items():
        if any(test(type_) for test in tests):
            return kind
    return "nested or binary"
