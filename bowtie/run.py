"""One run: land the raw files, build a private candidate, check it, publish it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import duckdb

from bowtie import state, terminal
from bowtie.build import BuildResult, build, shown_path
from bowtie.carried_over import earlier_generation
from bowtie.engine import connect
from bowtie.errors import BowtieError
from bowtie.generations import Release, erased_accounts, published_database
from bowtie.hashing import sha256_of
from bowtie.lock import sole_workplace
from bowtie.memory import memory_limit
from bowtie.paths import PROJECT_DIR, REPORTS_FOLDER, Home, Workplace
from bowtie.policy_seeds import check_policy_seeds
from bowtie.publish import finish, write_draft
from bowtie.switches import choose_as_of, read_switches

if TYPE_CHECKING:
    from bowtie.landing import Landing


# Books, by name, and packs, by due date, that a run writes: a page takes half a second
# of a core, and of 100,000 accounts thousands have a review due in a fortnight.
_PAGES_OF_A_KIND = 200


@dataclass(frozen=True)
class Request:
    """What a run is asked for."""

    home: Home
    raw_dir: Path | None
    as_of: date
    switches: Mapping[str, Any]
    threads: int | None = None
    # Only the project's own tests leave these out, or run their SQL without dbt.
    data_tests: bool = True
    # Whether all is judged and scored anew, whatever an earlier run left.
    from_scratch: bool = False

    @classmethod
    def of(
        cls,
        home: Path | None = None,
        raw: Path | None = None,
        as_of: str | None = None,
        switches: str | None = None,
        threads: int | None = None,
        from_scratch: bool = False,
    ) -> Request:
        """Check the options of a command; raise BowtieError naming a wrong one."""
        chosen = read_switches(switches)
        memory_limit()  # A wrong one is refused before anything begins.
        raw_dir = None
        if raw is not None:
            if "raw_way" in chosen:
                raise BowtieError("give --raw DIR or raw_way in --vars, not both")
            raw_dir = raw.absolute()
            if not raw_dir.is_dir():
                raise BowtieError(f"--raw '{raw}' is no folder of raw files")
            chosen["raw_way"] = "files"
        return cls(
            Home.at(home),
            raw_dir,
            choose_as_of(as_of, chosen),
            chosen,
            threads,
            from_scratch=from_scratch,
        )

    def dbt_vars(
        self, workplace: Workplace, start: state.Start | None, earlier: Path | None
    ) -> dict[str, Any]:
        """Return the vars that dbt is run with.

        Args:
            workplace: what the landed files are in.
            start: what the last run left, if raw rows come from files.
            earlier: the published file that restatements are listed against.

        """
        given = {
            "restated_against": str(earlier) if earlier else None,
            "erased_accounts": erased_accounts(self.home),
            **self.switches,
            "as_of_date": self.as_of.isoformat(),
        }
        if start is not None:
            given |= {
                "raw_dir": str(self.raw_dir),
                "landing_dir": str(workplace.landing),
                "changed_usage_weeks": start.changed_weeks,
            }
        return given


@dataclass(frozen=True)
class Candidate:
    """A database that was built and passed all tests, not yet published."""

    request: Request
    workplace: Workplace
    inputs: Mapping[str, str]
    result: BuildResult
    # Both None where raw rows do not come from files: nothing then says what changed.
    landing: Landing | None
    start: state.Start | None

    def manifest(self) -> dict[str, Any]:
        """Return what it was made from and how its tests ended."""
        raw_way = self.request.switches.get("raw_way", "sample")
        counts = self.result.counts
        return {
            "raw_way": raw_way,
            "switches": {
                name: value
                for name, value in self.request.switches.items()
                if name != "raw_way"
            },
            "policies": _policies(self.workplace.database),
            "nodes": {"passed": counts.get("pass", 0), "warned": counts.get("warn", 0)},
            "inputs": dict(self.inputs),
            "erased_accounts": erased_accounts(self.request.home),
        }


def build_only(request: Request) -> Candidate:
    """Build a candidate and leave it in HOME/work/ for a look."""
    with sole_workplace(request.home) as workplace:
        return build_candidate(request, workplace)


def run(request: Request) -> Release:
    """Build a candidate and publish it."""
    with sole_workplace(request.home) as workplace:
        candidate = build_candidate(request, workplace)
        release = publish(candidate, published_database(request.home))
        _keep(candidate)
        workplace.remove()
        return release


def _keep(candidate: Candidate) -> None:
    """Leave the candidate to the next run; what is published does not hang on it."""
    if candidate.start is None:
        return
    home = candidate.request.home
    try:
        state.keep(home, candidate.workplace, candidate.start.made_from)
    except (OSError, duckdb.Error):
        terminal.warn(
            f"{shown_path(home.state)} cannot be written: the next run judges all usage"
        )


def publish(candidate: Candidate, compared_with: Path | None) -> Release:
    """Check a candidate, write it and its reports as a draft, and publish that.

    Args:
        candidate: what was built, in the workplace of the home's lock holder.
        compared_with: the file from which it should not differ in strange ways.

    Raises:
        BowtieError: a check stops it, or a report cannot be computed; readers keep the
            earlier generation.

    """
    from bowtie.reporting import render_reports

    home = candidate.request.home
    checks = check_candidate(candidate, compared_with)
    terminal.say("Publishing")
    draft = write_draft(home, candidate.workplace, candidate.request.as_of)
    terminal.say("Rendering the reports")
    with terminal.counted("pages") as advance:
        render_reports(
            draft.database,
            draft.folder / REPORTS_FOLDER,
            generation=draft.generation,
            previous=compared_with,
            advance=advance,
            most=_PAGES_OF_A_KIND,
        )
    return finish(draft, {**candidate.manifest(), "checks": checks})


def build_candidate(request: Request, workplace: Workplace) -> Candidate:
    """Land, build, and see that the raw files are still those that were landed."""
    check_policy_seeds()
    # Refused now if it cannot be opened: landing takes minutes.
    earlier = earlier_generation(request.home)
    terminal.say(f"As of {request.as_of}")
    landing = _landed(request, workplace)
    inputs = _input_hashes(landing)
    started = monotonic()
    start = _start(request, workplace, landing)
    terminal.say("Building")
    try:
        with terminal.counted("models and tests") as advance:
            result = build(
                workplace,
                request.dbt_vars(workplace, start, earlier),
                advance,
                request.threads,
                request.data_tests,
            )
    finally:
        if landing is not None:
            from bowtie.landing import remove_copies

            # People's names and words are in them, and nothing reads them any more.
            remove_copies(workplace.landing)
    for warning in result.warnings:
        terminal.warn(warning)
    terminal.say(
        f"  {sum(result.counts.get(name, 0) for name in ('pass', 'warn'))} models and "
        f"tests in {monotonic() - started:.0f} s, {len(result.warnings)} warnings"
    )
    _refuse_changed_files(request, landing)
    return Candidate(request, workplace, inputs, result, landing, start)


def check_candidate(candidate: Candidate, compared_with: Path | None) -> dict[str, int]:
    """Check a candidate, and keep the results in it; return how many ended how.

    Raises:
        BowtieError: it may not be published; a line for each check that says so.

    """
    from bowtie.checks import (
        record_results,
        remember_volumes,
        run_checks,
        stopping_lines,
    )

    terminal.say("Checking")
    database = candidate.workplace.database
    about = {"landing": candidate.landing, "target": candidate.workplace.target}
    results = run_checks(database, compared_with, about)
    remember_volumes(database, published_database(candidate.request.home))
    record_results(database, results)
    for result in results:
        if result.source == "expectation" and result.outcome == "warned":
            terminal.warn(result.message)
    counts = Counter(result.outcome for result in results)
    terminal.say(f"  {len(results)} results, {counts['warned']} warnings")
    if lines := stopping_lines(results):
        raise BowtieError(
            [
                *lines,
                "nothing was published; all results are in quality.quality_results"
                f" of {shown_path(database)}",
            ]
        )
    return dict(sorted(counts.items()))


def _landed(request: Request, workplace: Workplace) -> Landing | None:
    """Check the raw folder, if that is where raw rows come from."""
    if request.raw_dir is None:
        return None
    from bowtie.landing import LandingError, land

    terminal.say(f"Checking the raw files in {shown_path(request.raw_dir)}")
    try:
        with terminal.narrated("  checking") as progress:
            landing = land(request.raw_dir, workplace.landing, progress)
    except LandingError as error:
        raise BowtieError(
            [*error.problems, "the raw files cannot be used; nothing was published"]
        ) from None
    for note in landing.notes:
        terminal.say(f"  note: {note}")
    for table in landing.tables.values():
        for note in table.notes:
            terminal.say(f"  note: {note}")
    rows = sum(table.rows for table in landing.tables.values())
    terminal.say(
        f"  {len(landing.tables)} tables, {rows:,} rows, {landing.refused:,} set aside"
    )
    return landing


def _start(
    request: Request, workplace: Workplace, landing: Landing | None
) -> state.Start | None:
    """Start from what the last run left, if raw rows come from files."""
    if request.raw_dir is None or landing is None:
        return None
    if request.from_scratch:
        state.forget(request.home)
    switches = {**request.switches, "erased": erased_accounts(request.home)}
    start = state.start(
        request.home, workplace, request.raw_dir, landing, request.as_of, switches
    )
    if start.changed_weeks is not None:
        terminal.say(
            f"  raw usage changed in {len(start.changed_weeks):,} weeks since the last "
            "run; that of others is kept"
        )
    return start


def _refuse_changed_files(request: Request, landing: Landing | None) -> None:
    """Raise if a raw file changed while it was being built from."""
    if request.raw_dir is None or landing is None:
        return
    from bowtie.landing import changed_files

    if changed := changed_files(landing, request.raw_dir):
        raise BowtieError(
            [f"{name}: changed while the build was reading it" for name in changed]
            + ["nothing was published; run again when the delivery is complete"]
        )


def _policies(database: Path) -> dict[str, str | None]:
    """Return the switches and policy seeds in force: settings, and hashes of seeds."""
    with connect(database, read_only=True) as candidate:
        found = candidate.execute(
            "select policy, coalesce(version, setting) from quality.policies order by 1"
        )
        return dict(found.fetchall())


def _input_hashes(landing: Landing | None) -> dict[str, str]:
    """Return the SHA-256 of every input file: raw files or sample, and policy seeds."""
    seeds = PROJECT_DIR / "seeds"
    folders = [seeds] if landing is None else [seeds / "policy"]
    hashes = {
        path.relative_to(PROJECT_DIR).as_posix(): sha256_of(path)
        for folder in folders
        for path in sorted(folder.rglob("*.csv"))
    }
    if landing is not None:
        for table in landing.tables.values():
            hashes |= {f"raw/{file.path}": file.sha256 for file in table.files}
    return hashes
