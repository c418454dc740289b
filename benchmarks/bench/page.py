"""Writes figures into a section of benchmarks/README.md, and leaves the rest alone."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).parents[1] / "README.md"
_HEADING = "## Speed and scale"


def machine() -> str:
    """Return what the figures were measured on, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = re.search(
        r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8")
    )
    versions = ", ".join(
        f"{name} {version(name)}" for name in ("duckdb", "dbt-core", "dbt-duckdb")
    )
    return (
        f"{os.cpu_count()} cores ({model[1] if model else platform.machine()}), "
        f"{memory:.0f} GiB, Python {platform.python_version()}, {versions}"
    )


def write(title: str, command: str, rows: Iterable[tuple[str, str, str]]) -> None:
    """Replace what one run of the command had said, under its own title.

    Args:
        title: the sizes; a run with others has a table of its own.
        command: what reproduces the table.
        rows: what was measured, the figure, and the goal (or an empty text).

    """
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    table = "\n".join(f"| {what} | {figure} | {goal} |" for what, figure, goal in rows)
    block = (
        f"### {title}\n\n`{command}`, {day}; {machine()}.\n\n"
        f"| what | measured | goal |\n|---|---|---|\n{table}\n"
    )
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Benchmarks\n"
    if _HEADING not in text:
        text = f"{text.rstrip()}\n\n{_HEADING}\n"
    before, _, rest = text.partition(_HEADING)
    own, mark, after = rest.partition("\n## ")
    old = re.compile(rf"### {re.escape(title)}\n.*?(?=\n### |\Z)", re.DOTALL)
    own = old.sub("", own).rstrip() + f"\n\n{block}"
    PAGE.write_text(before + _HEADING + own + mark + after, encoding="utf-8")
