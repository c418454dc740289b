"""The bounds within which a figure must lie: rows of the seed `check_thresholds`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import duckdb

from bowtie.checks.check import Check, Severity
from bowtie.contract import raw_contract

# The scope of a row that bounds every subject without a row of its own.
ANY = "*"


@dataclass(frozen=True)
class Bound:
    """What one severity allows, both ends included; None is no limit."""

    severity: Severity
    at_least: float | None
    at_most: float | None
    unit: str

    @property
    def is_open(self) -> bool:
        """Whether it allows everything: the figure is recorded only."""
        return self.at_least is None and self.at_most is None

    def allows(self, measured: float) -> bool:
        """Return whether a figure lies within."""
        return (self.at_least is None or measured >= self.at_least) and (
            self.at_most is None or measured <= self.at_most
        )

    def in_words(self) -> str:
        """Return the bound for a reader."""
        ends = [
            f"{words} {shown(end, self.unit)}"
            for words, end in (("at least", self.at_least), ("at most", self.at_most))
            if end is not None
        ]
        return " and ".join(ends)


@dataclass(frozen=True)
class Policy:
    """Bounds by check and scope, and what is let pass on the as-of date."""

    bounds: dict[tuple[str, str], tuple[Bound, ...]]
    waived: frozenset[tuple[str, str]]

    def scope(self, check_name: str, scope: str) -> str | None:
        """Return the scope whose bounds hold for a subject of this one, if any does."""
        return next((s for s in (scope, ANY) if (check_name, s) in self.bounds), None)

    def without_subject(
        self, check: Check, subjects: Collection[str]
    ) -> Iterator[tuple[str, str]]:
        """Yield scopes and waivers that held for none of a check's subjects.

        Each with the seed that has it. A raw table or a source that is not there today
        may come back, and a scope of the check's own may be another company's.
        """
        expected = {ANY, *subjects, *check.scopes}
        for table in raw_contract().values():
            expected |= {table.name, table.system}
        for seed, keys in (
            ("check_thresholds", self.bounds),
            ("check_waivers", self.waived),
        ):
            for name, scope in sorted(keys):
                if name == check.name and scope not in expected:
                    yield seed, scope

    def is_waived(self, check_name: str, subject: str) -> bool:
        """Return whether a person has let it pass."""
        return bool({(check_name, subject), (check_name, ANY)} & self.waived)


def read_policy(connection: duckdb.DuckDBPyConnection) -> Policy:
    """Read the bounds and waivers that the candidate was built with."""
    rows = connection.execute(
        """
        select
            check_name, scope, severity,
            cast(at_least as double), cast(at_most as double), unit
        from policy.check_thresholds
        order by check_name, scope, severity
        """
    ).fetchall()
    bounds: dict[tuple[str, str], tuple[Bound, ...]] = {}
    for check_name, scope, *bound in rows:
        key = (check_name, scope)
        bounds[key] = (*bounds.get(key, ()), Bound(*bound))
    waived = connection.execute(
        """
        select check_name, subject from policy.check_waivers
        where expires_on > as_of()
        """
    ).fetchall()
    return Policy(bounds, frozenset(waived))


def severest(bounds: Iterable[Bound]) -> Severity:
    """Return `block` if any bound does."""
    return "block" if any(b.severity == "block" for b in bounds) else "warn"


def shown(value: float, unit: str) -> str:
    """Return a figure in its unit, for a reader."""
    if unit == "share":
        return f"{value:.2%}".replace("%", " %")
    if unit == "cents":
        return f"{value / 100:,.2f}"
    number = f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"
    return number if unit == "count" else f"{number} {unit}"
