"""All faults of faults.md, by its headings, in variants of each kind."""

from __future__ import annotations

from benchmarks.faults.cases import (
    encoding,
    figures,
    files,
    keys,
    lifecycle,
    money,
    references,
    texts,
    time,
)
from benchmarks.faults.fault import Fault

_TOPICS = (
    files,
    encoding,
    keys,
    references,
    money,
    time,
    lifecycle,
    figures,
    texts,
)


def all_faults() -> list[Fault]:
    """Return every case, in the order of faults.md."""
    return [fault for topic in _TOPICS for fault in topic.faults()]
