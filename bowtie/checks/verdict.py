"""What a suite says of the evidence of one subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Names what is judged together: the rows of one check that have the same bounds.
Asked = tuple[str, str]


@dataclass(frozen=True)
class Verdict:
    """Which bounds are broken, and what could not be judged."""

    # The severities whose bounds some row of a check and scope breaks.
    broken: Mapping[Asked, frozenset[str]]
    unjudged: frozenset[Asked]
