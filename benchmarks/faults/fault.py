"""One fault: its place in faults.md, how it is put in, and what should happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.faults.delivery import Delivery
from benchmarks.faults.expected import Expected

Inject = Callable[[Delivery], object]


@dataclass(frozen=True)
class Fault:
    """One case; `variant` says where it is put, in words that stay the same."""

    id: str
    variant: str
    expected: Expected
    inject: Inject
    # Whether it shows only beside the generation before.
    only_later: bool = False
    only_first: bool = False


Faults = Iterator[Fault]
