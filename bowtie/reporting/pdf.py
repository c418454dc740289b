"""Prints pages as PDF, where something on this machine can.

The pages' own print style decides what an A4 page looks like. Headless Chromium is
asked first, then WeasyPrint, if somebody installed it: neither is required.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bowtie.errors import BowtieError

Printer = Callable[[Path, Path], None]
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Seconds that a page may take to print.
_LONGEST = 60


def find_printer() -> Printer | None:
    """Return what prints a page to a file; None where nothing can."""
    for name in _BROWSERS:
        if found := shutil.which(name):
            return lambda page, target: _print_with_chromium(found, page, target)
    try:
        import weasyprint
    except (ImportError, OSError):
        return None
    return lambda page, target: weasyprint.HTML(str(page)).write_pdf(str(target))


def print_pages(pages: Sequence[Path], printer: Printer) -> list[Path]:
    """Print each page beside itself, and return the PDF files.

    Raises:
        BowtieError: a page could not be printed.

    """
    printed = []
    for page in pages:
        target = page.with_suffix(".pdf")
        target.unlink(missing_ok=True)
        try:
            printer(page, target)
        except (OSError, subprocess.SubprocessError) as error:
            raise BowtieError(
                f"{page.name} cannot be printed ({type(error).__name__}); "
                "the HTML pages are complete: --no-pdf leaves this out"
            ) from None
        printed.append(target)
    return printed


def _print_with_chromium(browser: str, page: Path, target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="bowtie-print-") as profile:
        subprocess.run(
            [
                browser,
                "--headless",
                "--disable-gpu",
                "--disable-background-networking",
                f"--user-data-dir={profile}",
                "--no-pdf-header-footer",
                # Chromium refuses to run as root inside its sandbox; the page is ours
                # and its policy lets it load nothing.
                *(["--no-sandbox"] if os.geteuid() == 0 else []),
                f"--print-to-pdf={target.resolve()}",
                page.resolve().as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=_LONGEST,
        )
    if not target.exists():
        raise FileNotFoundError(target)
