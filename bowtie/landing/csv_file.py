"""One CSV file: checked in one pass, copied where DuckDB would read it otherwise."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from bowtie.contract import Table
from bowtie.landing import content, limits
from bowtie.landing.csv_stream import Chunk, CsvStream, UnreadableCsv, unclosed_quote
from bowtie.landing.header import Header, other_delimiter, read_header
from bowtie.landing.out import REFUSALS_FILE, Refusals, create_text
from bowtie.landing.results import CheckedFile

# What other kinds of files begin with.
_SIGNATURES = {
    b"\x1f\x8b": "a gzip file; unpack it",
    b"PK\x03\x04": "a zip file or a spreadsheet; unpack it, or save it as CSV",
    b"\x28\xb5\x2f\xfd": "a zstd file; unpack it",
    b"BZh": "a bzip2 file; unpack it",
    b"\xfd7zXZ": "an xz file; unpack it",
    b"PAR1": "a Parquet file; rename it to .parquet",
    b"%PDF": "a PDF; export the table as CSV",
    b"\xff\xfe": "UTF-16 text; save the file as UTF-8",
    b"\xfe\xff": "UTF-16 text; save the file as UTF-8",
    b"\x00\x00\xfe\xff": "UTF-32 text; save the file as UTF-8",
}


class _Table:
    """A CSV file's header and the rows below it that can be read.

    Reports the others to `refusals`; keeps a sample, and what the end of the file says.
    """

    def __init__(
        self, file: CheckedFile, table: Table, stream: CsvStream, refusals: Refusals
    ) -> None:
        """Read the header; raises UnreadableCsv where there is none."""
        self.file = file
        self.refusals = refusals
        self.stream = stream
        self._chunks = stream.chunks()
        for chunk in self._chunks:
            for line, names in chunk.numbered():
                self.header_line = line
                self.header: Header = read_header(names, table, file)
                self.width = self.header.width
                return
        raise UnreadableCsv("line 1: no header and no rows; deliver it again")

    sample: list[list[str]]
    refused_line: int | None = None

    def rows(self) -> Iterator[list[list[str]]]:
        """Yield the sound rows, many at a time; raises UnreadableCsv."""
        self.sample = []
        is_first = True
        for chunk in self._chunks:
            rows = chunk.records
            if is_first and rows:
                self.width = self._agreed_width(rows)
                is_first = False
            if (
                set(map(len, rows)) != {self.width}
                or self.stream.has_nul
                or self._has_last_comma
            ):
                rows = self._sound_rows(chunk)
            elif rows:
                self.refused_line = None
            wanted = len(rows) if not self.sample else 16
            self.sample += rows[: min(wanted, limits.SAMPLE_ROWS - len(self.sample))]
            yield rows

    @property
    def _has_last_comma(self) -> bool:
        return self.width > self.header.width

    def _agreed_width(self, rows: Sequence[Sequence[str]]) -> int:
        """Return the width that rows have: the header's, or off by a last comma."""
        width = self.header.width
        records = [row for row in rows if row]
        longer = sum(len(row) == width + 1 and not row[-1] for row in records)
        if longer * 2 > len(records):
            return width + 1
        shorter = sum(len(row) == width - 1 for row in records)
        if self.header.ends_unnamed and shorter * 2 > len(records):
            return width - 1
        return width

    def _sound_rows(self, chunk: Chunk) -> list[list[str]]:
        """Return a chunk's rows that can be read; refuse the others."""
        sound = []
        for line, row in chunk.numbered():
            reason = self._reason_against(row)
            if reason is None:
                sound.append(row)
                self.refused_line = None
            elif _swallows(row, self.width):
                raise unclosed_quote(line)
            else:
                self._refuse(line, reason)
        return sound

    def _reason_against(self, row: Sequence[str]) -> str | None:
        if len(row) < self.width:
            return "too_few_fields"
        if len(row) > self.width or (self._has_last_comma and row[-1]):
            return "too_many_fields"
        if any("\0" in value for value in row):
            return "nul_character"
        return None

    def _refuse(self, line: int, reason: str) -> None:
        self.refused_line = line
        self.refusals.add(self.file, line, reason)


def check_csv(file: CheckedFile, table: Table, refusals: Refusals) -> None:
    """Read a CSV file once and fill in `file`: rows, columns, problems, notes."""
    if _is_no_csv(file):
        return
    stream = CsvStream(file.path)
    try:
        _check_rows(file, table, stream, refusals)
    except UnreadableCsv as error:
        # With other commas, quotes too end where csv does not expect it.
        has_header = bool(file.columns or file.problems)
        other = None if has_header else other_delimiter(_first_line(file), table)
        file.problem(f"line 1: {other}" if other else str(error))
    file.bytes, file.sha256 = stream.bytes, stream.sha256


def copy_csv(file: CheckedFile, table: Table, target: Path) -> None:
    """Write a checked file's sound rows as plain UTF-8 CSV with LF line ends.

    Only contract columns are kept, in the contract's order. Adds a problem when the
    file is no longer the one that was checked.
    """
    # The first pass has reported; this one only needs to come to the same rows.
    again = CheckedFile(file.table, file.path, file.name)
    stream = CsvStream(file.path)
    with create_text(target) as copy, Path(os.devnull).open("w") as nowhere:
        plain = csv.writer(copy, lineterminator="\n")
        # csv quotes LF by itself, but not a CR in a file whose lines end with LF.
        quoted = csv.writer(copy, lineterminator="\n", quoting=csv.QUOTE_ALL)
        try:
            source = _Table(again, table, stream, Refusals(nowhere))
            positions = source.header.positions.values()
            plain.writerow(source.header.positions)
            for rows in source.rows():
                for row in rows:
                    values = [row[position] for position in positions]
                    has_cr = any("\r" in value for value in values)
                    (quoted if has_cr else plain).writerow(values)
        except UnreadableCsv:
            stream.sha256 = ""
    if stream.sha256 != file.sha256:
        file.problem("changed while it was read; run again when it is complete")


def _first_line(file: CheckedFile) -> str:
    with file.path.open(encoding="utf-8-sig", errors="replace") as opened:
        return opened.readline(limits.READ_BYTES)


def _is_no_csv(file: CheckedFile) -> bool:
    """Report a file that its first bytes show to be empty or something else."""
    with file.path.open("rb") as opened:
        start = opened.read(4096)
    if not start.strip(b"\xef\xbb\xbf \r\n\t"):
        file.problem("empty; deliver it again, or leave it out if there is no data")
        return True
    for signature, kind in _SIGNATURES.items():
        if start.startswith(signature):
            file.problem(f"is {kind}")
            return True
    if start.count(b"\0") > len(start) // 4:
        file.problem("is UTF-16 text or binary, not CSV; save it as CSV in UTF-8")
        return True
    return False


def _check_rows(
    file: CheckedFile, table: Table, stream: CsvStream, refusals: Refusals
) -> None:
    source = _Table(file, table, stream, refusals)
    header = source.header
    file.columns = list(header.positions)
    for rows in source.rows():
        file.rows += len(rows)
    file.rows += file.refused
    if source.refused_line and not stream.ends_with_line_end:
        file.problem(
            f"line {source.refused_line}: the file ends in the middle of a row; it is "
            "cut off, deliver it again"
        )
    else:
        _judge_refusals(file)
    for problem in content.header_problems(table, header.positions, source.sample):
        file.problem(problem)
    for reason, holds in {
        "blank lines before the header": source.header_line > 1,
        "header spelled differently": header.is_respelled,
        "a comma at the end of every line": source.width != header.width,
        "rows set aside": file.refused > 0,
    }.items():
        if holds:
            file.copy_because.append(reason)
    file.copy_because += stream.copy_reasons()


def _swallows(row: Sequence[str], width: int) -> bool:
    """Whether a value runs over line ends into what looks like further rows."""
    return any(
        "".join(value.splitlines()[1:]).count(",") >= width - 1
        for value in row
        if "\n" in value or "\r" in value
    )


def _judge_refusals(file: CheckedFile) -> None:
    if not file.refused:
        return
    text = (
        f"{file.refused:,} of {file.rows:,} rows cannot be read (wrong number of "
        "fields, or a NUL)"
    )
    if file.refused > limits.REFUSED_SHARE * file.rows:
        file.problem(
            f"{text}, more than {limits.REFUSED_SHARE:.0%}; correct the lines listed "
            f"in {REFUSALS_FILE}"
        )
    else:
        file.note(f"{text} and were set aside; see {REFUSALS_FILE}")
