"""Checks a candidate before it is published, and keeps what they found.

    results = run_checks(database, previous, about)
    record_results(database, results)

SQL in `expectations/` measures: small frames, one row per thing judged. Great
Expectations judges them by the bounds in the policy seed `check_thresholds`. Money is
handed over in whole cents, since frames hold doubles.
"""

from bowtie.checks.check import Check, CheckResult, Outcome, stopping_lines
from bowtie.checks.record import record_results
from bowtie.checks.run import run_checks
from bowtie.checks.volumes import remember_volumes

__all__ = [
    "Check",
    "CheckResult",
    "Outcome",
    "record_results",
    "remember_volumes",
    "run_checks",
    "stopping_lines",
]
