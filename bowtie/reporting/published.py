"""Renders reports of what is published, on request, into a folder of the reader's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb

from bowtie import terminal
from bowtie.errors import BowtieError, writing_to
from bowtie.generations import current_generation, releases
from bowtie.paths import DATABASE, Home, no_right_for_others
from bowtie.published_file import open_published
from bowtie.reporting.pdf import find_printer, print_pages
from bowtie.reporting.render import render_reports

ACCOUNT_REPORT = "account_review"


def report_published(
    home: Home,
    out: Path,
    only: Collection[str] | None = None,
    account: str | None = None,
    pdf: bool = True,
) -> list[Path]:
    """Render reports of the current generation into `out`; return the files written.

    Args:
        home: where generations are.
        out: the folder for the pages, outside of every generation.
        only: names of reports; None is all of them.
        account: one account, of which only the account review is rendered.
        pdf: print the pages too, if something here can.

    Raises:
        BowtieError: nothing is published, or it cannot be opened; the account is no
            customer, `out` is part of a generation or cannot be written to, or a
            report cannot be computed.

    """
    generation = current_generation(home)
    if generation is None:
        raise BowtieError(f"nothing is published in {home.root}: bowtie run")
    if out.resolve().is_relative_to(home.releases.resolve()):
        raise BowtieError(
            f"--out {out} is part of a generation, which is never written to again"
        )
    if account is not None and only:
        raise BowtieError("--account is one report of its own: leave --only out")
    with open_published(home) as marts:
        if account is not None:
            _refuse_no_customer(marts, account)
            only = [ACCOUNT_REPORT]
    with (
        no_right_for_others(),
        writing_to("--out", out),
        terminal.counted("reports") as advance,
    ):
        # Before a kernel starts, so that a place that is none is said at once.
        out.mkdir(parents=True, exist_ok=True)
        pages = render_reports(
            home.releases / generation / DATABASE,
            out,
            generation=generation,
            previous=_before(home, generation),
            advance=advance,
            only=only,
            subject=account,
        )
        return [*pages, *(_printed(pages) if pdf else [])]


def _refuse_no_customer(marts: duckdb.DuckDBPyConnection, account: str) -> None:
    """Raise BowtieError for an account that has no review, and say why not."""
    found = marts.execute(
        "select is_customer, lifecycle_stage from core.accounts where account_id = $1",
        [account],
    ).fetchone()
    if found is None:
        raise BowtieError(
            "core.accounts has no account of this id; if it was merged into another, "
            "name the one that is left"
        )
    is_customer, stage = found
    if not is_customer:
        raise BowtieError(
            f"this account is no customer now (core.accounts: {stage}), and only "
            "customers have a review; reviews.account_reviews lists them"
        )


def _before(home: Home, generation: str) -> Path | None:
    """Return the warehouse file of the generation before; None if there is none."""
    earlier = [
        release.folder for release in releases(home) if release.generation < generation
    ]
    return earlier[-1] / DATABASE if earlier else None


def _printed(pages: Sequence[Path]) -> list[Path]:
    printer = find_printer()
    if printer is None:
        terminal.say("  no PDF: neither chromium nor WeasyPrint is on this machine")
        return []
    return print_pages(pages, printer)
