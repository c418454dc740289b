"""A few rounds of each campaign of `make crashes`, and of `make readers`."""

from __future__ import annotations

import subprocess
import sys

from bowtie.paths import PROJECT_DIR


def campaign(*command: str) -> str:
    """Run a campaign in which nothing may be wrong; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        # Long enough for a machine that others keep busy.
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_readers_never_notice_a_run_that_is_killed_starved_or_overtaken():
    table = campaign("benchmarks.crashes", "--short").splitlines()[2:]
    rows = [list(map(int, line.split("|")[2:6])) for line in table]
    rounds, old, new, wrong = map(sum, zip(*rows, strict=True))
    assert rounds == old + new > 20
    assert min(old, new) > 0, "only one side of the flip was tried"
    assert wrong == 0


def test_no_reader_sees_half_a_release_or_an_older_one_again():
    few = ("--processes", "4", "--publishes", "3", "--reads", "60")
    told = campaign("benchmarks.readers", *few)
    assert "3 publishes: 0 reads torn" in told
