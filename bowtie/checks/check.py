"""What a check is, and what becomes of one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["block", "warn"]
Outcome = Literal["passed", "warned", "blocked", "could_not_run", "not_applicable"]
Source = Literal["contract", "test", "expectation"]

# What stops a publish: a check that could not look is no better than one that failed.
STOPPING: frozenset[Outcome] = frozenset({"blocked", "could_not_run"})


@dataclass(frozen=True)
class Check:
    """One question to a candidate; `name` has its bounds in `check_thresholds`.

    `evidence` is a query in the candidate, its schemas by name, the generation before
    as the database `previous`, and these macros:
      as_of()           the candidate's as-of date
      previous_as_of()  that of the generation before
      reporting_currency()
      some_of(key)      in an aggregate: up to three keys that are not null, and how
                        many more
    It returns `subject` (what a row is about; the name of a thing, never of a person),
    `measured` (a finite number) and, if wanted, `scope` (bounds of its own), `named`
    (the rows to look at, by key) and `told` (the figure itself, where `measured` makes
    allowance for small numbers: bounds hold for `measured`, readers see `told`).
    """

    name: str
    evidence: str
    # Completes "<subject> ..." and may name {measured}.
    says: str
    remedy: str
    # A scalar query; false: there is nothing to judge, because of `unless`.
    applies: str = "true"
    unless: str = ""
    # Tables of the generation before that the evidence reads.
    compares: tuple[str, ...] = ()
    # Scopes of its evidence that are not the name of a subject.
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckResult:
    """How a check ended for one subject.

    `measured_value` and `expected` are in the unit that `expected` names; `message` is
    one line without values of the data, empty when it passed.
    """

    check_name: str
    source: Source
    subject: str
    severity: Severity
    outcome: Outcome
    measured_value: float | None = None
    expected: str | None = None
    message: str = ""

    @property
    def stops(self) -> bool:
        """Whether nothing may be published because of it."""
        return self.outcome in STOPPING


def stopping_lines(results: Iterable[CheckResult]) -> list[str]:
    """Return a line for each result that stops the publish."""
    return [result.message for result in results if result.stops]
