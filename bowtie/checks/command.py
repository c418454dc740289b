"""`bowtie check`: which file is judged, and what is shown of the results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from bowtie.checks.check import CheckResult
from bowtie.checks.run import run_checks
from bowtie.errors import BowtieError
from bowtie.generations import published_database
from bowtie.lock import refuse_during_a_run
from bowtie.paths import DATABASE, Home

# The most pressing last, where a reader of a terminal looks.
_ORDER = ("not_applicable", "passed", "warned", "could_not_run", "blocked")


def check_file(
    home: Home, database: Path | None, previous: Path | None
) -> list[CheckResult]:
    """Judge a candidate against a generation, by default those of a home.

    Raises:
        BowtieError: there is no such file, it is no candidate, or a run is still
            making it.

    """
    candidate = database or _last_candidate(home)
    before = previous or published_database(home)
    for file in (candidate, before):
        if file is not None and not file.is_file():
            raise BowtieError(f"'{file}' is no file; give the path of a DuckDB file")
    return run_checks(candidate, before, {})


def described(results: Sequence[CheckResult]) -> Iterator[str]:
    """Yield a table of the results, a line per check that passed for all subjects."""
    ordered = sorted(
        results, key=lambda r: (_ORDER.index(r.outcome), r.check_name, r.subject)
    )
    for (outcome, name), group in groupby(
        ordered, key=lambda r: (r.outcome, r.check_name)
    ):
        ended = list(group)
        if outcome == "passed":
            subjects = ended[0].subject if len(ended) == 1 else f"{len(ended)} subjects"
            yield f"{outcome:<15} {name:<40} {subjects}"
        for result in ended if outcome != "passed" else ():
            told = result.message.removeprefix(f"{name}: ")
            yield f"{outcome:<15} {name:<40} {told}"
    counts = ", ".join(
        f"{sum(r.outcome == outcome for r in results)} {outcome.replace('_', ' ')}"
        for outcome in reversed(_ORDER)
    )
    yield f"{len(results)} results: {counts}"


def _last_candidate(home: Home) -> Path:
    """Return the newest candidate in HOME/work/; none that a run still works on."""
    refuse_during_a_run(home)
    candidates = sorted(home.work.glob(f"*/{DATABASE}"))
    if not candidates:
        raise BowtieError(f"there is no candidate in {home.work}: bowtie build")
    return candidates[-1]
