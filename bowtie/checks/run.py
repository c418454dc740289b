"""All checks of a candidate, from evidence to results."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from bowtie.checks.bounds import ANY, Bound, Policy, read_policy, severest, shown
from bowtie.checks.check import Check, CheckResult, Outcome
from bowtie.checks.evidence import NotApplicableError, measure, opened
from bowtie.checks.reported import contract_results, test_results
from bowtie.checks.verdict import Verdict
from bowtie.errors import BowtieError
from expectations import SUBJECTS


def run_checks(
    database: Path, previous: Path | None, about: Mapping[str, Any]
) -> list[CheckResult]:
    """Run every suite of `expectations/` on a candidate.

    Args:
        database: the candidate; opened read-only.
        previous: the published file of the generation before; None if there is none.
        about: what came before the checks and is listed with them, where given:
            `landing` (the Landing) and `target` (dbt's folder).

    Returns:
        How each check ended for each subject, in order of source, check and subject.

    Raises:
        BowtieError: one of the two files cannot be read, or is none of Bowtie's.

    """
    results = contract_results(about.get("landing")) + test_results(about.get("target"))
    try:
        with opened(database, previous) as connection:
            policy = read_policy(connection)
            for subject in SUBJECTS:
                checks = import_module(f"expectations.{subject}").CHECKS
                results += run_suite(connection, subject, checks, policy)
    except duckdb.Error as error:
        beside = f" beside '{previous}'" if previous else ""
        raise BowtieError(
            f"'{database}' cannot be checked{beside} ({type(error).__name__}); it must "
            "be a candidate of this version that nobody is writing to: bowtie build"
        ) from error
    return sorted(results, key=lambda r: (r.source, r.check_name, r.subject))


def run_suite(
    connection: duckdb.DuckDBPyConnection,
    subject: str,
    checks: Sequence[Check],
    policy: Policy,
) -> list[CheckResult]:
    """Return how the checks of one subject ended; the connection is prepared."""
    # Great Expectations, whose import takes seconds.
    from bowtie.checks.judge import judge

    results: list[CheckResult] = []
    evidence: dict[str, pd.DataFrame] = {}
    for check in checks:
        try:
            evidence[check.name] = _scoped(measure(connection, check), check, policy)
        except NotApplicableError as reason:
            results.append(_of_all(check, "not_applicable", str(reason)))
        except (duckdb.Error, LookupError) as error:
            results.append(_of_all(check, "could_not_run", type(error).__name__))
    if not evidence:
        return results
    asked = {
        (name, scope)
        for name, frame in evidence.items()
        for scope in (set(frame["scope"]) or {ANY})
    }
    frames = [frame.assign(check_name=name) for name, frame in evidence.items()]
    verdict = judge(subject, pd.concat(frames, ignore_index=True), asked, policy)
    for check in checks:
        if check.name in evidence:
            frame = evidence[check.name]
            results += _results(check, frame, verdict, policy)
            results += _unused(check, set(frame["subject"]), policy)
    return results


def _scoped(frame: pd.DataFrame, check: Check, policy: Policy) -> pd.DataFrame:
    """Give each row the scope whose bounds hold for it; LookupError where none do."""
    scopes = [policy.scope(check.name, scope) for scope in frame["scope"]]
    if None in scopes or policy.scope(check.name, ANY) is None:
        raise LookupError(f"{check.name} has no bounds")
    return frame.assign(scope=pd.Series(scopes, dtype=object))


def _results(
    check: Check, frame: pd.DataFrame, verdict: Verdict, policy: Policy
) -> Iterator[CheckResult]:
    """Yield a result per row of evidence; one for all where there is no row."""
    if frame.empty:
        yield _of_all(check, "could_not_run", "it found nothing to measure")
    for row in frame.itertuples(index=False):
        if (check.name, row.scope) in verdict.unjudged:
            why = "a figure is missing or cannot be judged"
            yield _of_all(check, "could_not_run", why, row.subject)
            continue
        broken = verdict.broken.get((check.name, row.scope), frozenset())
        yield _judged(check, row, broken, policy)


def _unused(
    check: Check, subjects: Collection[str], policy: Policy
) -> Iterator[CheckResult]:
    """Yield a warning per subject that policy names and the check had none of."""
    named = {scope: seed for seed, scope in policy.without_subject(check, subjects)}
    for scope, seed in named.items():
        yield CheckResult(
            check_name=check.name,
            source="expectation",
            subject=scope,
            severity="warn",
            outcome="warned",
            message=f"{check.name}: seeds/policy/{seed}.csv has a row for '{scope}', "
            "of which there was nothing to judge; correct its name, or remove the row",
        )


def _judged(
    check: Check,
    row: Any,
    severities: Collection[str],
    policy: Policy,
) -> CheckResult:
    """Return the result of one row; some row like it breaks bounds of `severities`."""
    bounds = policy.bounds[check.name, row.scope]
    broken = [
        bound
        for bound in bounds
        if bound.severity in severities and not bound.allows(row.measured)
    ]
    outcome: Outcome = "passed"
    told = bounds
    message = ""
    if broken:
        severity = severest(broken)
        is_waived = policy.is_waived(check.name, row.subject)
        outcome = "blocked" if severity == "block" and not is_waived else "warned"
        told = [bound for bound in broken if bound.severity == severity]
        message = _message(check, row, told[0])
        if is_waived:
            message += " (waived in check_waivers)"
    return CheckResult(
        check_name=check.name,
        source="expectation",
        subject=row.subject,
        severity=severest(bounds),
        outcome=outcome,
        measured_value=row.told,
        expected="; ".join(
            f"{b.severity}: {b.in_words()}" for b in told if not b.is_open
        )
        or None,
        message=message,
    )


def _message(check: Check, row: Any, bound: Bound) -> str:
    """Return what is wrong and what to do, in one line."""
    says = check.says.format(measured=shown(row.told, bound.unit))
    named = f" (see {row.named})" if isinstance(row.named, str) and row.named else ""
    return (
        f"{check.name}: {row.subject} {says}, {bound.in_words()} is allowed{named}; "
        f"{check.remedy}"
    )


def _of_all(
    check: Check, outcome: Outcome, why: str, subject: str = ANY
) -> CheckResult:
    """Return that a check could not run, or had nothing to judge."""
    message = why
    if outcome == "could_not_run":
        message = (
            f"{check.name}: {subject} could not be checked ({why}); see the query in "
            "expectations/ and its row in seeds/policy/check_thresholds.csv"
        )
    return CheckResult(
        check.name, "expectation", subject, "block", outcome, message=message
    )
