"""Publishes a candidate: a draft, whole and checked, and then one flip of `current`.

A generation holds `bowtie.duckdb`, with the schemas that readers get and no others, the
same tables in `parquet/`, the reports, and `manifest.json`, which says what it was made
from and what is in it. Until the flip, readers have the earlier generation; a crash at
any point leaves them one whole generation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bowtie.code_version import code_version
from bowtie.errors import BowtieError
from bowtie.generations import (
    MANIFEST,
    Release,
    current_generation,
    erased_accounts,
    files_below,
    flip,
    lost_generation,
    next_number,
    previous_release,
    releases,
    remove_old,
    remove_unpublished,
    remove_with_erased,
    roll_back,
    sync,
    write,
)
from bowtie.hashing import sha256_of
from bowtie.lock import sole_workplace, taken_over
from bowtie.paths import DATABASE, Home, Workplace
from bowtie.release_files import Content, write_marts


@dataclass(frozen=True)
class Draft:
    """A generation in the making: nobody but its run sees it."""

    home: Home
    workplace: Workplace
    generation: str
    as_of: date
    # The generation that readers had when this one was begun.
    replaces: str | None
    tables: Mapping[str, Content]

    @property
    def folder(self) -> Path:
        """What becomes releases/<generation>; reports join in reports/."""
        return _draft_folder(self.workplace)

    @property
    def database(self) -> Path:
        """The DuckDB file that readers will get."""
        return self.folder / DATABASE


def write_draft(home: Home, workplace: Workplace, as_of: date) -> Draft:
    """Write the marts of the workplace's candidate as a new generation, not yet seen.

    Args:
        home: where generations are; its lock is held.
        workplace: holds the candidate, closed.
        as_of: the day as of which it was computed.

    Raises:
        BowtieError: the candidate holds nothing to publish, or it cannot be written.

    """
    remove_unpublished(home, workplace)
    replaces = current_generation(home)
    folder = _draft_folder(workplace)
    folder.mkdir()
    tables = write_marts(
        workplace.database,
        folder / DATABASE,
        folder / "parquet",
        workplace.folder / "spill",
    )
    generation = f"{next_number(home):06d}-{as_of:%Y%m%d}"
    return Draft(home, workplace, generation, as_of, replaces, tables)


def finish(draft: Draft, about: Mapping[str, Any]) -> Release:
    """Publish a draft: its manifest, its place among the releases, the flip.

    Args:
        draft: all its files written and closed.
        about: what the manifest says besides (inputs, switches, checks).

    Raises:
        BowtieError: another run took over, or someone moved `current` meanwhile.

    """
    home, generation = draft.home, draft.generation
    manifest = _manifest(draft, about)
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    write(draft.folder / MANIFEST, text)
    for path in [draft.folder, *draft.folder.rglob("*")]:
        sync(path)
    if not draft.workplace.is_claimed:
        raise taken_over(home)
    if current_generation(home) != draft.replaces:
        raise BowtieError(
            f"{home.current} was moved while this run was under way; "
            "nothing was published"
        )
    folder = home.releases / generation
    draft.folder.rename(folder)
    sync(home.releases)
    flip(home, draft.workplace, generation)
    # It is published; what could not be removed now, the next run removes.
    with suppress(OSError):
        # An erasure that was killed is brought to its end by the next run.
        remove_with_erased(home, draft.workplace)
        remove_old(home, draft.workplace)
    return Release(generation, folder, True, manifest)


def rollback(home: Home, generation: str | None = None) -> Release:
    """Give readers an earlier generation again; a later run's is still above all.

    Args:
        home: where generations are.
        generation: its name; the one before the current one by default.

    Raises:
        BowtieError: it is not there, is current, is not as it was published, or has an
            account that was erased.

    """
    if current_generation(home) is None:
        nothing = f"nothing is published in {home.root}: bowtie run"
        raise BowtieError(lost_generation(home) or nothing)
    with sole_workplace(home) as workplace:
        chosen = _chosen(home, generation)
        if chosen.has_erased(erased_accounts(home)):
            raise BowtieError(
                f"generation {chosen.generation} has an account that was erased since; "
                "nothing was changed, and the next run removes it"
            )
        if problems := chosen.differences():
            raise BowtieError(
                [
                    *(f"{chosen.folder}/{problem}" for problem in problems),
                    f"generation {chosen.generation} is not whole; nothing was changed",
                ]
            )
        roll_back(home, workplace, chosen.generation)
        workplace.remove()
    return Release(chosen.generation, chosen.folder, True, chosen.manifest)


def _draft_folder(workplace: Workplace) -> Path:
    """Return where a run's draft is."""
    return workplace.folder / "release"


def _manifest(draft: Draft, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a generation says about itself."""
    return {
        "generation": draft.generation,
        "as_of_date": draft.as_of.isoformat(),
        "replaces": draft.replaces,
        "published_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "code": code_version(),
        **about,
        "tables": {name: table.as_dict() for name, table in draft.tables.items()},
        "files": {
            name: sha256_of(path) for name, path in files_below(draft.folder).items()
        },
    }


def _chosen(home: Home, generation: str | None) -> Release:
    """Return the release that a rollback is to."""
    if generation is None:
        previous = previous_release(home)
        if previous is None:
            raise BowtieError("there is no generation before the current one")
        return previous
    for release in releases(home):
        if release.generation == generation:
            if release.is_current:
                raise BowtieError(f"generation {generation} is current already")
            return release
    raise BowtieError(f"there is no generation '{generation}': bowtie releases")
