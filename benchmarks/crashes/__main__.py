"""Runs the campaigns and prints what they found as a table.

`python -m benchmarks.crashes` does every point there is, which takes hours; names of
campaigns choose, `--every` and `--nodes` thin out, `--short` does what fits into half a
minute. The exit code is 1 if anything was wrong after any round.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from benchmarks.crashes import images, nodes, operations, system_calls, troubles
from benchmarks.crashes.stage import (
    Campaign,
    Publish,
    Stage,
    new_home,
    simulated_company,
    small_company,
)

_SHORT = ("operations", "takeovers", "random", "troubles")
_SHORT_EVERY = 12


def main() -> None:
    """Run the campaigns that were asked for."""
    options = _options()
    failed = False
    print("| what happened | rounds | old generation | new | wrong | took |")
    print("|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="bowtie-crashes-") as folder:
        _keep_temporary_files_in(Path(folder) / "temporary")
        campaigns = _campaigns(Path(folder), options.every, options.nodes)
        unknown = set(options.names) - set(campaigns)
        if unknown:
            sys.exit(f"{', '.join(sorted(unknown))}: not among {', '.join(campaigns)}")
        for name in options.names or campaigns:
            campaign = campaigns[name]()
            print(campaign.row(), flush=True)
            for problem in campaign.problems:
                print(f"  {campaign.name}, {problem}", file=sys.stderr)
            failed |= bool(campaign.problems)
    sys.exit(failed)


def _options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crashes")
    parser.add_argument("names", nargs="*", help="campaigns; all by default")
    parser.add_argument("--short", action="store_true", help="a few rounds of four")
    parser.add_argument("--every", type=int, default=1, help="every n-th point only")
    parser.add_argument(
        "--nodes", type=int, default=10, help="dbt nodes to kill at, chosen at random"
    )
    options = parser.parse_args()
    if options.short:
        options.names, options.every = _SHORT, _SHORT_EVERY
    return options


def _keep_temporary_files_in(folder: Path) -> None:
    """Have this process and its children put temporary files where none else are."""
    folder.mkdir()
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder)


def _campaigns(
    folder: Path, every: int, at_nodes: int
) -> Mapping[str, Callable[[], Campaign]]:
    """Return the campaigns: on publishing alone, and on all that a run does."""

    @cache
    def publish_small() -> Publish:
        return small_company(folder)

    @cache
    def small() -> Stage:
        return _stage(folder / "small", publish_small())

    @cache
    def simulated() -> Stage:
        return _stage(folder / "simulated", simulated_company(folder))

    raw = folder / "raw"
    return {
        "operations": lambda: operations.kills(small(), every),
        "takeovers": lambda: operations.takeovers(small(), every),
        "calls": lambda: system_calls.kills(small(), every),
        "errors": lambda: system_calls.failures(small(), every),
        "full-calls": lambda: system_calls.full_disks(small(), every),
        "random": lambda: troubles.random_kills(small(), 100 // every),
        "troubles": lambda: troubles.troubles(small()),
        "read-only": lambda: troubles.read_only_folder(small()),
        "full-disk": lambda: troubles.full_disk(folder, small().publish),
        "run-operations": lambda: operations.kills(simulated(), every),
        "run-calls": lambda: system_calls.kills(simulated(), every),
        "run-random": lambda: troubles.random_kills(simulated(), 100 // every),
        "run-images": lambda: images.judge_all(
            simulated().home, raw, publish_small(), every
        ),
        "run-nodes": lambda: nodes.kills(simulated(), raw, at_nodes),
        "run-troubles": lambda: troubles.troubles(simulated()),
        "run-changed": lambda: nodes.changed_input(simulated(), raw),
    }


def _stage(folder: Path, publish: Publish) -> Stage:
    """Return a home in which readers have a generation."""
    stage = Stage(new_home(folder), publish)
    stage.publish_whole()
    return stage


if __name__ == "__main__":
    main()
