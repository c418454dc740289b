"""Runs the campaigns and prints what they found as a table.

`python -m benchmarks.crashes --short` does what fits into half a minute; without it,
every point there is, which takes an hour or two. The exit code is 1 if anything was
wrong after any round.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.crashes import nodes, operations, system_calls, troubles
from benchmarks.crashes.stage import (
    Campaign,
    Stage,
    new_home,
    small_company,
    tiny_company,
)


def main() -> None:
    """Run the campaigns that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crashes")
    parser.add_argument("--short", action="store_true", help="a few rounds of each")
    parser.add_argument("--raw", type=Path, help="raw files of a tiny company")
    parser.add_argument(
        "--nodes", type=int, help="dbt nodes to kill at, chosen at random; default: all"
    )
    parser.add_argument(
        "--every", type=int, default=10, help="of the tiny company's system calls"
    )
    options = parser.parse_args()
    failed = False
    print("| what happened | rounds | old generation | new | wrong | took |")
    print("|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="bowtie-crashes-") as folder:
        for campaign in _campaigns(Path(folder), options):
            print(campaign.row(), flush=True)
            for problem in campaign.problems:
                print(f"  {campaign.name}, {problem}", file=sys.stderr)
            failed |= bool(campaign.problems)
    sys.exit(failed)


def _campaigns(folder: Path, options: argparse.Namespace) -> Iterator[Campaign]:
    """Yield the campaigns, each done when it is yielded."""
    publish = small_company(folder)
    small = Stage(new_home(folder / "small"), publish)
    small.publish_whole()
    if options.short:
        yield operations.kills(small, every=5)
        yield operations.takeovers(small, every=9)
        yield troubles.random_kills(small, rounds=3)
        yield troubles.troubles(small)
        return
    yield operations.kills(small)
    yield operations.takeovers(small)
    yield system_calls.kills(small)
    yield system_calls.failures(small)
    yield system_calls.full_disks(small)
    yield troubles.random_kills(small, rounds=200)
    yield troubles.troubles(small)
    yield troubles.read_only_folder(small)
    yield troubles.full_disk(folder, publish)
    if options.raw:
        yield from _tiny_campaigns(folder, options)


def _tiny_campaigns(folder: Path, options: argparse.Namespace) -> Iterator[Campaign]:
    """Yield the campaigns on all models, checks and reports of a tiny company."""
    tiny = Stage(new_home(folder / "tiny"), tiny_company(folder, options.raw))
    tiny.publish_whole()
    for campaign in (
        operations.kills(tiny),
        system_calls.kills(tiny, options.every),
        troubles.random_kills(tiny, rounds=50),
        nodes.kills(tiny, options.raw, options.nodes),
        nodes.changed_input(tiny, options.raw),
    ):
        campaign.name += " (a tiny company, all models)"
        yield campaign


if __name__ == "__main__":
    main()
