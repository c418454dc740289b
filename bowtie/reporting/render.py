"""Renders the reports of one warehouse file into a folder."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock

import duckdb

from bowtie import terminal
from bowtie.engine import connect
from bowtie.errors import BowtieError
from bowtie.generations import manifest_of
from bowtie.hashing import sha256_of
from bowtie.paths import REPORTS_FOLDER
from bowtie.reporting.house.formats import written
from bowtie.reporting.house.warehouse import day_of, read_policies
from bowtie.reporting.kernel import Kernel, running_kernel
from bowtie.reporting.pages import (
    INDEX,
    REPORTS,
    Report,
    Stamp,
    as_page,
    failed_page,
    read_notebook,
)

Advance = Callable[[int, int], None]
# Kernels at a time: each takes a third of a gigabyte, and seconds to start, which so
# many pages make good.
_MOST_KERNELS = 4
_WORTH_IT = 20
# The pages of a task, and what is wrong with them.
_Outcome = tuple[list[Path], str | None]
_HARMLESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True)
class _Task:
    """One page to render: of a report, and of the account or CSM that it is about."""

    report: Report
    subject: str | None = None
    name: str | None = None

    @property
    def file(self) -> str:
        """The page's path below the folder of the reports."""
        return self._file_in(self.report.name)

    @property
    def customer_file(self) -> str:
        """The path of the edition for customers."""
        return self._file_in(f"{self.report.name}_customer")

    def _file_in(self, folder: str) -> str:
        if self.subject is None:
            return f"{folder}.html"
        return f"{folder}/{file_name(self.subject)}.html"


def file_name(subject: str) -> str:
    """Return a file name for an id: itself where it is harmless, else its hash."""
    if _HARMLESS.fullmatch(subject):
        return subject
    return "id-" + hashlib.sha256(subject.encode()).hexdigest()[:16]


def render_reports(
    database: Path,
    out: Path,
    *,
    generation: str,
    previous: Path | None = None,
    advance: Advance = lambda done, total: None,
    only: Collection[str] | None = None,
    subject: str | None = None,
    most: int | None = None,
) -> list[Path]:
    """Render the reports of a warehouse into a folder, and return the pages written.

    Args:
        database: a published `bowtie.duckdb`, opened read-only.
        out: the folder for the pages; made if it is not there.
        generation: the name that the pages give to what they show.
        previous: the `bowtie.duckdb` published before, for what changed.
        advance: called with pages done and pages in all.
        only: names of reports; None is all of them.
        subject: the one id that a report about many is rendered for; None is all that
            are due.
        most: at most so many pages of a report about many; None is all.

    Raises:
        BowtieError: a report cannot be computed, with a line for each; in its place
            is a page that says why.

    """
    _refuse_unknown(only)
    every, as_of = _due(database)
    tasks = _chosen(every, only, subject, most)
    if left_out := len(_chosen(every, only, subject, None)) - len(tasks):
        terminal.say(f"  {left_out:,} pages are left to `bowtie report`: too many")
    stamp = Stamp(generation, written(as_of, "date"))
    about = {
        "database": str(database.resolve()),
        "previous": str(previous.resolve()) if previous else None,
        "generation": generation,
        "pages": _links(every, tasks, out),
    }

    earlier_page = _pages_of_generation(previous)

    def render(kernel: Kernel, task: _Task) -> _Outcome:
        own = {"subject": task.subject, "earlier_page": earlier_page(task.file)}
        context = json.dumps({**about, **own})
        kernel.context.write_text(context, encoding="utf-8")
        pages, problem = _rendered(kernel, task, stamp)
        paths = [_write(out / file, page) for file, page in pages.items()]
        return paths, f"report {task.file}: {problem}" if problem else None

    outcomes = _each(tasks, render, advance)
    if problems := [problem for _, problem in outcomes if problem]:
        raise BowtieError(problems)
    return [path for paths, _ in outcomes for path in paths]


def _pages_of_generation(database: Path | None) -> Callable[[str], str | None]:
    """Return what finds a page beside a published file, as it was published.

    Its drawings stand in the next page too; one that somebody has changed since does
    not count.
    """
    hashes = manifest_of(database.parent).get("files", {}) if database else {}

    def earlier_page(file: str) -> str | None:
        published = f"{REPORTS_FOLDER}/{file}"
        if database is None or published not in hashes:
            return None
        page = database.parent / published
        is_whole = page.is_file() and sha256_of(page) == hashes[published]
        return str(page.resolve()) if is_whole else None

    return earlier_page


def _each(
    tasks: Sequence[_Task],
    render: Callable[[Kernel, _Task], _Outcome],
    advance: Advance,
) -> list[_Outcome]:
    """Return what comes of each task, in their order; as many kernels as pay for it.

    A kernel stays in the thread that started it: its sockets do.
    """
    left = deque(enumerate(tasks))
    outcomes: dict[int, _Outcome] = {}
    telling = Lock()

    def work() -> None:
        try:
            with running_kernel() as kernel:
                while (next_one := _taken(left)) is not None:
                    number, task = next_one
                    outcomes[number] = render(kernel, task)
                    with telling:
                        advance(len(outcomes), len(tasks))
        finally:
            # Where one stops, no other begins another page.
            left.clear()

    kernels = max(1, min(os.cpu_count() or 1, _MOST_KERNELS, len(tasks) // _WORTH_IT))
    with ThreadPoolExecutor(kernels) as pool:
        try:
            for worker in [pool.submit(work) for _ in range(kernels)]:
                worker.result()
        finally:
            left.clear()
    return [outcomes[number] for number in range(len(tasks))]


def _taken(left: deque[tuple[int, _Task]]) -> tuple[int, _Task] | None:
    """Take the next task; None when others have taken all."""
    try:
        return left.popleft()
    except IndexError:
        return None


def _write(target: Path, page: str) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")
    return target


def _refuse_unknown(only: Collection[str] | None) -> None:
    """Raise BowtieError for the name of a report that there is none of."""
    known = {report.name for report in REPORTS}
    if unknown := sorted(set(only or ()) - known):
        raise BowtieError(
            f"there is no report {', '.join(unknown)}; "
            f"there are {', '.join(sorted(known))}"
        )


def _due(database: Path) -> tuple[list[_Task], date]:
    """Return every page that is due, and the day as of which the marts are."""
    tasks = []
    try:
        with connect(database, read_only=True) as marts:
            as_of = day_of(read_policies(marts))
            for report in REPORTS:
                if report.subjects is None:
                    tasks.append(_Task(report))
                else:
                    found = marts.execute(report.subjects).fetchall()
                    tasks += [_Task(report, subject, name) for subject, name in found]
    except duckdb.Error as error:
        raise BowtieError(
            f"{database.name} has not all the marts that reports read "
            f"({type(error).__name__}); publish anew: bowtie run"
        ) from None
    return tasks, as_of


def _chosen(
    every: Sequence[_Task],
    only: Collection[str] | None,
    subject: str | None,
    most: int | None,
) -> list[_Task]:
    """Return the pages that are asked for."""
    chosen = []
    for report in REPORTS:
        if only is not None and report.name not in only:
            continue
        if subject is not None and report.subjects is not None:
            chosen.append(_Task(report, subject))
        else:
            found = [task for task in every if task.report == report]
            chosen += found if report.subjects is None else found[:most]
    return chosen


def _links(
    every: Sequence[_Task], now: Sequence[_Task], out: Path
) -> list[dict[str, str | None]]:
    """Return what pages lead to: pages that are rendered now or were before."""
    rendered = {task.file for task in now}
    return [
        {
            "file": task.file,
            "customer_file": task.customer_file
            if task.report.has_customer_edition
            else None,
            "report": task.report.name,
            "title": task.report.title,
            "question": task.report.question,
            "name": task.name,
        }
        for task in every
        if task.report.name != INDEX
        and (task.file in rendered or (out / task.file).exists())
    ]


def _rendered(
    kernel: Kernel, task: _Task, stamp: Stamp
) -> tuple[dict[str, str], str | None]:
    """Return the pages of a task by file and, if they could not be computed, why."""
    notebook = read_notebook(task.report.name)
    depth = "../" * task.file.count("/")
    try:
        kernel.execute(notebook)
    except BowtieError as error:
        reason = error.problems[0]
        return {task.file: failed_page(task.report, stamp, reason, depth)}, reason
    pages = {task.file: as_page(notebook, task.report, stamp, depth)}
    if task.report.has_customer_edition:
        pages[task.customer_file] = as_page(
            notebook, task.report, stamp, depth, internal=False
        )
    return pages, None
