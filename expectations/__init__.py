"""What is expected of a candidate, beyond what is true of every row.

One module a subject, each with its CHECKS. A check is a question, the SQL that measures
and the words for a reader; its bounds, with the reason for each, are rows of the policy
seed `check_thresholds`, so that a manager can move them. Facts that hold of every row
(keys, references, sums that foot) are dbt tests, not expectations.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bowtie.checks import Check

SUBJECTS = (
    "deliveries",
    "keys",
    "raw_values",
    "core",
    "revenue",
    "billing",
    "health",
    "capacity",
    "expansion_renewals",
)


def every_check() -> Iterator[Check]:
    """Yield the checks of all subjects."""
    for subject in SUBJECTS:
        yield from import_module(f"expectations.{subject}").CHECKS
