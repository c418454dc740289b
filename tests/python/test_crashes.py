"""A few rounds of each campaign of `make crashes`."""

from __future__ import annotations

import subprocess
import sys

from bowtie.paths import PROJECT_DIR


def test_readers_never_notice_a_run_that_is_killed_starved_or_overtaken():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.crashes", "--short"],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split("|")[2:6] for line in done.stdout.splitlines()[2:]]
    rounds, old, new, wrong = map(sum, zip(*[map(int, row) for row in rows]))
    assert rounds == old + new > 20
    assert min(old, new) > 0, "only one side of the flip was tried"
    assert wrong == 0
