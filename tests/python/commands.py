"""Runs the command line as a user would."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def bowtie(
    *arguments: object,
    cwd: Path | None = None,
    prefix: Sequence[str] = (),
    umask: int = -1,
) -> subprocess.CompletedProcess:
    """Run the command line as a user would; output is captured as text."""
    return subprocess.run(
        [*prefix, sys.executable, "-m", "bowtie.cli", *map(str, arguments)],
        cwd=cwd,
        umask=umask,
        capture_output=True,
        text=True,
        # Long enough for a machine that others keep busy.
        timeout=900,
    )


def refusal(*arguments: object, cwd: Path | None = None) -> str:
    """Run a command that must fail for a user's mistake; return what it says."""
    done = bowtie(*arguments, cwd=cwd)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr
