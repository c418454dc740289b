"""A CSV file's records, read once from start to end.

Python's `csv` in strict mode decides what a record is. While the bytes pass, the
stream hashes them and notices what would make another reader disagree: kinds of line
ends, a NUL, white space before a quote.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from bowtie.landing import limits

_LINE_END = re.compile(r"\r\n|\r|\n")
# DuckDB skips white space before a quote at a field's start; csv keeps both.
_SPACED_QUOTE = re.compile(r"(?:^|[,\r\n])[ \t]+\"")


class UnreadableCsv(Exception):
    """The rest of a file cannot be read; the text says why, where and the remedy."""


@dataclass
class Chunk:
    """Some records in a row; `first_line` is where the first one starts, from 1."""

    first_line: int
    records: list[list[str]]

    def numbered(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each record that is not a blank line, with the line it starts on."""
        line = self.first_line
        for record in self.records:
            if record:
                yield line, record
            line += _lines_of(record)


@dataclass
class CsvStream:
    """One pass over a CSV file; what it noticed is complete when the pass has ended."""

    path: Path
    line_ends: dict[str, int] = field(default_factory=dict)
    has_nul: bool = False
    has_spaced_quote: bool = False
    ends_with_line_end: bool = True
    bytes: int = 0
    sha256: str = ""

    def chunks(self) -> Iterator[Chunk]:
        """Yield the records in chunks: one by one to the first that is not blank.

        A header is so read, and judged, before anything below it.

        Raises:
            UnreadableCsv: wrong encoding, an unclosed quote, or a limit exceeded.

        """
        reader = csv.reader(chain.from_iterable(self._blocks()), strict=True)
        rows = 1
        with _field_limit():
            while True:
                before = self.bytes
                chunk = Chunk(reader.line_num + 1, [])
                try:
                    # What was read before an error stays in the list.
                    chunk.records.extend(islice(reader, rows))
                except csv.Error as error:
                    raise _unreadable(chunk, reader.line_num, error) from None
                if not chunk.records:
                    return
                # No record outgrows the limit while nothing new was read.
                if self.bytes > before:
                    _refuse_long_records(chunk)
                if any(chunk.records):
                    rows = limits.CHUNK_ROWS
                yield chunk

    def copy_reasons(self) -> list[str]:
        """Return why DuckDB would read this file in another way; empty: it would not.

        Tested: tests/python/test_landing.py reads random files both ways.
        """
        kinds = [kind for kind, count in self.line_ends.items() if count]
        reasons = []
        if len(kinds) > 1:
            reasons.append("mixed line ends")
        elif kinds == ["CR"]:
            reasons.append("CR line ends")
        if self.has_spaced_quote:
            reasons.append("white space before a quote")
        return reasons

    def _blocks(self) -> Iterator[io.StringIO]:
        """Yield decoded blocks of whole lines, each iterable by line."""
        digest = hashlib.sha256()
        decoder = codecs.getincrementaldecoder("utf-8")()
        tail = ""
        with self.path.open("rb") as file:
            while block := file.read(limits.READ_BYTES):
                # A CRLF is not torn apart.
                while block.endswith(b"\r") and (more := file.read(1)):
                    block += more
                digest.update(block)
                lines_before = sum(self.line_ends.values())
                text = self._decoded(decoder, block, lines_before)
                self._notice(block)
                text = tail + text
                cut = max(text.rfind("\n"), text.rfind("\r")) + 1
                text, tail = text[:cut], text[cut:]
                if len(tail) > limits.RECORD_BYTES:
                    raise UnreadableCsv(
                        f"line {sum(self.line_ends.values()) + 1} is longer than "
                        f"{limits.RECORD_BYTES // 1000**2} MB; this is no table of "
                        "the contract"
                    )
                self._notice_text(text)
                yield io.StringIO(text, newline="")
        lines_before = sum(self.line_ends.values())
        tail += self._decoded(decoder, b"", lines_before, final=True)
        self.sha256 = digest.hexdigest()
        self.ends_with_line_end = not tail
        if tail:
            self._notice_text(tail)
            yield io.StringIO(tail, newline="")

    def _decoded(
        self,
        decoder: codecs.IncrementalDecoder,
        block: bytes,
        lines_before: int,
        *,
        final: bool = False,
    ) -> str:
        if self.bytes == 0:
            block = block.removeprefix(codecs.BOM_UTF8)
        try:
            return decoder.decode(block, final)
        except UnicodeDecodeError as error:
            line = lines_before + 1 + error.object[: error.start].count(b"\n")
            if final:
                raise UnreadableCsv(
                    f"line {line}: ends in the middle of a character; the file is cut "
                    "off, deliver it again"
                ) from None
            byte = error.object[error.start]
            guess = "cp1252" if 0x80 <= byte <= 0x9F else "latin-1 or cp1252"
            raise UnreadableCsv(
                f"line {line}: not UTF-8 (byte 0x{byte:02X}, looks like {guess}); "
                "save the file as UTF-8"
            ) from None

    def _notice(self, block: bytes) -> None:
        self.bytes += len(block)
        pairs = block.count(b"\r\n")
        for kind, count in (
            ("CRLF", pairs),
            ("CR", block.count(b"\r") - pairs),
            ("LF", block.count(b"\n") - pairs),
        ):
            self.line_ends[kind] = self.line_ends.get(kind, 0) + count
        self.has_nul = self.has_nul or b"\0" in block

    def _notice_text(self, text: str) -> None:
        # The cheap test first: the pattern is slow on large text.
        if not self.has_spaced_quote and (' "' in text or '\t"' in text):
            self.has_spaced_quote = _SPACED_QUOTE.search(text) is not None


def _lines_of(record: list[str]) -> int:
    return 1 + sum(
        len(_LINE_END.findall(value))
        for value in record
        if "\n" in value or "\r" in value
    )


def _unreadable(chunk: Chunk, last_line: int, error: csv.Error) -> UnreadableCsv:
    """Return the error for the record after a chunk's, which `csv` could not read."""
    line = chunk.first_line + sum(map(_lines_of, chunk.records))
    if "field limit" in str(error) and line == last_line:
        return UnreadableCsv(
            f"line {line}: a value is longer than "
            f"{limits.FIELD_CHARACTERS:,} characters; shorten or remove it"
        )
    return unclosed_quote(line)


def unclosed_quote(line: int) -> UnreadableCsv:
    """Return the error for a quote after which rows can no longer be told apart."""
    return UnreadableCsv(
        f"line {line}: a quote opened in this row is not closed, or not followed by a "
        "comma, so that the rows after it cannot be told apart; close it, and write a "
        'quote inside a value as ""'
    )


def _refuse_long_records(chunk: Chunk) -> None:
    # A character has at most four bytes; most chunks are too small to look closer.
    if 4 * sum(map(len, chain.from_iterable(chunk.records))) <= limits.RECORD_BYTES:
        return
    for line, record in chunk.numbered():
        if sum(len(value.encode()) for value in record) > limits.RECORD_BYTES:
            raise UnreadableCsv(
                f"line {line}: the row is longer than "
                f"{limits.RECORD_BYTES // 1000**2} MB; shorten or remove it"
            )


@contextmanager
def _field_limit() -> Iterator[None]:
    """Set the `csv` module's process-wide limit, and put the old one back."""
    before = csv.field_size_limit(limits.FIELD_CHARACTERS)
    try:
        yield
    finally:
        csv.field_size_limit(before)
